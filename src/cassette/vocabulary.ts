/**
 * The site's own words. Any other text is user content and is replaced. There are whole labels and sentences that
 * parsers
 * depend on, sentences with placeholders for user text, and the words that make up names in the markup. Pure; compiled
 * from protocol.md and the pages of the local server.
 */

/** Whole labels. */
const LABELS: ReadonlySet<string> = new Set(
  `(removed)|said:|edited:|deleted|deleted:|moved|moved:|(older data no longer available)|(see full text)|user image|ok|Login-OK
first day|previous day|next day|last day|«|»|next|prev|previous|load older messages|full transcript|permalink|show all
all time messages|all time users|all time rooms|first message|last message|today|yesterday|per day|this week|last week|per week
chat user since|last seen|about|parent user|parent|general|stars|starred|conversations|schedule|feeds|access|recent|replies|prefs
owners|explicit write access|explicit read access|edit|(edit)|by|in|no posts|n/a|just now|now|feed|info|leave|all|transcript|help|faq|log out|log in|logged in|sign up|legal
active|created|people|event|events|mine|invited|favorite|site|rooms|users|search|join this room|join|room info|people here|starred as useful or interesting
current|frequent|currently in rooms|frequently in rooms|show frozen rooms|hide frozen rooms|create a room|name|description|tags
Rooms|Users|Search|History|FAQ|Message as it is now|Private Room|Page not found|Page Not Found|Access Denied|Human verification|Just a moment...|Log in|Log out
Stack Exchange|Stack Overflow|The Stack Exchange Network|Meta Stack Exchange|request access|Request Access
You have been logged out|timeout applied|message|true|false|null|identicon|text/html|application/json`.split(/[|\n]/),
);

/** Sentences of refusals, without the full stop that only some servers write. */
const SENTENCES: ReadonlySet<string> = new Set(
  `the room does not exist, or you do not have permission|the room has been frozen; new messages cannot be added|this room has been frozen
the message is too long|the message is empty|it is too late to edit this message|it is too late to delete this message
you can only edit your own messages|you can only delete your own messages|this message has already been deleted
this message has already been deleted and cannot be edited|the message has been deleted and cannot be edited
you cannot write or edit messages in this room|only a room-owner can pin messages|you have starred too many messages today
you must be logged in|the site is in read-only mode|currently no feeds are being posted into this room
because this room is frozen, no feeds are being posted into this room|because this room is deleted, no feeds are being posted into this room
access now owner|access now read-write|access now read-only|access now (default)|access now request`.split(/[|\n]/),
);

/** Sentences with placeholders: `{t}` is user text, the others are numbers, dates and ages. */
const TEMPLATES: readonly string[] = [
  "{t} | chat.{h}",
  "{t} - {d}",
  "{t} - {d} (page {n} of {n})",
  "{t}: {a}, {n} posts ({n}%)",
  "{t}: {a}, {n} posts (<{n}%)",
  "{t}: {a}, {n} post ({n}%)",
  "{t}: {a}, {n} posts",
  "{t}: no posts",
  "{t} ♦",
  "{n}k",
  "{n}%",
  "x{n}",
  "×{n}",
  "{a}",
  "{a} –",
  "{a} - ",
  "{d}",
  "{d} {c}",
  "{d} {c}Z",
  "{c}",
  "{c} - {c}",
  "{c} – {c}",
  "{m} {n}",
  "{m} {n} at {c}",
  "{m} {n}, {n}",
  "{m} {n}, {n} {c}",
  "{m} {n}, {n} at {c}",
  "{m} {n} {c}",
  "yst {c}",
  "yesterday at {c}",
  "yesterday {c}",
  "{w} {c}",
  "users ({n})",
  "rooms ({n})",
  "{n} users active in the last {n} minutes",
  "{n} rooms active in the last {n} minutes",
  "{n} users present",
  "{n} user present",
  "{n} all time messages",
  "{n} all time message",
  "{n} all time messages in {t}",
  "{n} all time messages (by {t})",
  "{n} all time users",
  "{n} all time rooms",
  "{n} messages",
  "{n} message",
  "{n} hours later…",
  "{n} hour later…",
  "rev {v}",
  "you can perform this action again in {n} second",
  "you can perform this action again in {n} seconds",
  "your account is blocked, ending in {n} {u}",
  "your account is suspended, ending in {n} {u}",
  "the room is in timeout, ending in {n} {u}",
  "you need {n} reputation to talk here",
  "you need {n} reputation to talk",
  "you need {n} reputation",
  "the user has been kicked and cannot return for {n} {u}",
  "the user has been kicked and cannot return to the room for {n} {u}",
];

const UNIT = "(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)";
const AGE = `(?:just now|now|n/a|yesterday|(?:\\d{1,4}|an?) ?(?:[smhdwy]|min|sec|${UNIT})(?: ago)?)`;
const MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)";
const PLACES: Readonly<Record<string, string>> = {
  t: "([\\s\\S]+?)",
  n: "'?\\d[\\d.,]{0,14}",
  d: "\\d{4}-\\d{2}-\\d{2}",
  c: "\\d{1,2}:\\d{2}(?::\\d{2})?(?: [ap]m)?",
  a: AGE,
  h: "(?:stackexchange\\.com|stackoverflow\\.com|meta\\.stackexchange\\.com)",
  m: MONTH,
  w: "(?:mon|tue|wed|thu|fri|sat|sun)",
  u: UNIT,
  v: "\\d{4}(?:\\.\\d{1,6}){1,4}",
};

const TEMPLATE_PATTERNS: readonly RegExp[] = TEMPLATES.map((template) => {
  const source = template
    .replace(/[.*+?^$()|[\]\\]/g, "\\$&")
    .replace(/\{(\w)\}/g, (whole, place: string) => PLACES[place] ?? whole);
  return new RegExp(`^${source}$`, "di");
});

/** Longer texts are not labels. */
const MAX_LABEL_LENGTH = 300;

/**
 * Finds the user text in a text: none if it is all the site's own, the whole if it is unknown.
 * @returns the spans to replace, as start and end offsets
 */
export function userTextIn(text: string): readonly (readonly [start: number, end: number])[] {
  const start = text.length - text.trimStart().length;
  const label = text.trim();
  const whole = [[start, start + label.length]] as const;
  if (label === "") return [];
  if (label.length > MAX_LABEL_LENGTH) return whole;
  const sentence = label.toLowerCase().replace(/\.$/, "").replace(/\s+/g, " ");
  if (LABELS.has(label) || LABELS.has(label.toLowerCase()) || SENTENCES.has(sentence)) return [];
  const bare = label.replace(/\.$/, "");
  for (const template of TEMPLATE_PATTERNS) {
    const found = template.exec(bare);
    if (!found) continue;
    const places = (found.indices ?? []).slice(1).filter((place) => place !== undefined);
    return places
      .filter(([from, to]) => !isTitle(bare.slice(from, to)))
      .map(([from, to]) => [start + from, start + to] as const);
  }
  return whole;
}

/** Whether a text starts the title of one of the site's own pages. */
function isTitle(text: string): boolean {
  return TITLES.has(text.toLowerCase());
}

const TITLES: ReadonlySet<string> = new Set(
  "page not found|access denied|all rooms|overview|starred posts|search|faq|users|rooms|favorite rooms|message history|error".split(
    "|",
  ),
);

/** The words that make up classes, ids, keys, paths and identifiers. */
const CODE_WORDS: ReadonlySet<string> = new Set(
  `a access account ack acl action active activity admin ago alert align all allow always anchor any api app archive area aria arrow at attr
auth authorize autocomplete avatar back badge banner bar basic below big blank block body bold bookmark both bottom box br brand broadcast btn bubble busy
button by calendar cancel caption card cards cdn cell center channel char chat check checkbox checked circle clear client close code col collapsible color cols column
com combined comment complete config confirm connection console container content controls conversation conversations cookie copy count counter cover create created current
custom cycle dark data date day days default defaults delete deleted desc description desktop details dialog dir direction disabled dismiss display div document domain done dot dots down draft drop
dup edit edited edits else email embed empty enable enabled end enlarge error event events expanded explicit extra face faq favicon favorite feed feeds fetch field fieldset file files filter first fixed fkey flag flagged flags flair flash
float fold font footer footerwrap for form format forms fr frame freeze frequent from frozen full function gallery general get global go grab gravatar group grp h hash have head header heading height help hidden
highlight highlights highlighted hint history hlogo hmenu home host hour hours href html http https hover hub icon id ids if image images img in inbox inc index info init initials inline inner input inside interval invite invited is item items
js json keycell keep keyword kick kickmute label labelledby lang language last latest layout lazy leave left legal len length level li light limit line link links list live load loading lobby local location log login logo logout lock
m main map margin markdown master match me member mention mentions menu message messages meta method min mine mini minimal mobile mod mode moderator modal module monologue month more move moved multi mute my
name nav navigation network new newest next no node noise none normal not note notice notification notifications null num number of off ok old on one onebox only open option or order other outer outside overlay overview owner owners owning owningcards owningcards
ownercards p page pager pages pair pairoff panel param parent part partial password path people perm permalink picture pin pinned pingable ping place plain play pointer popup popular position post posted posts pre preference prefs present preview prev previous primary privilege private profile project prompt public purge push query quick quiet quote
radius random range rate read reader readonly ready reason recent redirect refresh rel relative relativetime rem reload remember remove removed rendered reply replies report reputation request requestaccess required reset resize result results return right role room roomcard roomcards roomdesc roomlist roomname rooms roomsearch roomtitle root row rows rule
save scale schedule score screen script scroll search searchbox sec second seconds section see select selected self send sent separator serif server service session set settings setuseraccess show side sidebar sign signature signup since single site sites size skin slug small social sort source span spam sprite src srv star starred stars start started state static stat stats status step sticky stop stream style sub subheader subject submit subtabs
subtle suggest suspend svnrev switch switcher sync system tab tabcount table tabs tag tags target td team template test text textarea th theme thing thumb thumbs tick tiny time timeago timeframe timeout times timestamp tint title to toggle tool tools tooltip top topbar total track transcript true false try type
ui ul undo unflag unit unread unstar unpin up update upload url usage use used user usercard usercards useraccess userinfo username users usr utc val valid value valuecell var version vertical view viewport visible vote votesummary votes wait warning web week white widget widgets width window with word wrap wrapper write ws www xl xs xxl yes youarehere zone
acct prov chatusr sechatusr usr fkey ssrc oauth oauthversion oauthserver affiliate openid signin ids dn hash ms sync exit gap msgid acluser aspxerrorpath nohide noDupeCheck returnurl msgcount userid roomid isadmin plain pagesize
ob image xkcd youtube wikipedia tweet gist amazon blog launchpad manpage area51 votes siteicon body
sandbox jquery jq stack exchange stackexchange support permissions activeusers dupe check bots robots width device initial scheme scrollable noscript nomodule defer async charset utf property content security policy origin referrer theme
started chatpage startchat inittranscript initbasicpage initroomindex initpresent initflagsupport roomusers server_time_offset popupdismisser pagesupport enablelogging topbar var let const return while do new typeof instanceof delete this undefined window document date math parse string
noopener noreferrer nofollow blank rel stylesheet canonical shortcut alternate apple touch og twitter card lang en dir ltr rtl auto polite off on true assertive status alert dialog listbox list tooltip tree tab tablist tabpanel presentation region banner complementary contentinfo main navigation search form group img button link heading log marquee timer
post get dialog multipart data hidden submit radio checkbox text password file number url tel email range color datetime week month time reset image
b i u s em strong strike del ins sub sup kbd samp var tt pre code blockquote dl dt dd ol figure figcaption iframe video audio source canvas svg g path rect line use defs symbol section article aside header footer hr small big center caption colgroup thead tbody tfoot tr label legend optgroup option output progress meter summary details base style title abbr cite q time wbr bdi bdo ruby rt rp picture object embed param noembed map area
blockquote h1 h2 h3 h4 h5 h6 html head body input br link meta
stamp seen registered may identicon target identify offset chat live_chat usage invite targets caption msg inviter bookmarked starred pinned acknowledged quoted username parentid noupcheck blank want mentioned
has before after immediate duration filename captcha nocaptcha ignore ignorelist add usermessage desktopnotify setfrozen setdeleted unowner meh minilist writing validation sound child purged urlencoded modflags invitations invitation
class alt placeholder maxlength tabindex rowspan colspan srcset accept enctype novalidate onclick onload frameborder xmlns fill stroke equiv itemprop describedby haspopup pressed javascript css xml application opensearchdescription
copyright formatting getmore coming going tabcomplete inputerror sayit codify allrooms leaveall join usersearch notify leftcol rightcol weekday noprint facts se universal fields openid_identifier affid license alertdialog responsive cboth quickleave system spacer accessibility framed icalendar histogram mspark achievements user-facts grid ticker corral gps xsrf recovery ea next-meeting meeting any guidelines acknowledge lobby nsfw ping unpin edithistory details ctas categories indicator trigger positive important secondary primary`.split(
    /\s+/,
  ),
);

/** Every word above. No pseudonym may look like one of them. */
const SITE_WORDS: ReadonlySet<string> = new Set(
  [...LABELS, ...SENTENCES, ...CODE_WORDS, ...TITLES, ...TEMPLATES]
    .flatMap((text) => text.toLowerCase().split(/[^a-z]+/))
    .filter((word) => word.length > 1),
);

/** Whether a word is one of the site's. */
export function isSiteWord(word: string): boolean {
  return SITE_WORDS.has(word.toLowerCase());
}

/**
 * Whether a name in the markup, such as a class, a key or an identifier, consists of the site's words and small
 * numbers.
 */
export function isCodeName(name: string): boolean {
  if (name.length > 80) return false;
  const parts = name.replace(/([a-z])([A-Z])/g, "$1-$2").split(/[-_.:]/);
  return parts.every((part) => part === "" || /^(?:\d{1,3}|[a-z])$/.test(part) || CODE_WORDS.has(stemOf(part)));
}

/** Removes a trailing number or plural. */
function stemOf(part: string): string {
  const word = part.toLowerCase();
  return CODE_WORDS.has(word) ? word : word.replace(/(?:\d{1,3}|s)$/, "");
}
