/** The endpoints of the wire protocol. */
export const endpoints: readonly {
  readonly method: string;
  readonly path: string;
  readonly section: string;
  readonly member: string | null;
  readonly gap?: string;
}[];
