/**
 * Chooses substitutes for characters: of the same class, script, case and number of UTF-16 units, so that the
 * properties
 * parsers depend on (length, case, punctuation, direction) stay the same. Pure.
 */

/** Matches what is replaced as a unit: a word with its digits and marks, or a single symbol. */
export const WORDS_AND_SYMBOLS: RegExp =
  /[\p{L}\p{M}\p{N}]+|[\p{Extended_Pictographic}\p{RI}\p{So}\p{Co}\p{Cn}\p{Cs}]|[\u{e0000}-\u{e0fff}]/gu;

/** Symbols that chat itself writes and no user chose: the moderator's diamond, arrows, trademark signs. */
const KEPT_SIGNS = /[♦\p{Sm}←-↙⇐-⇕©®™°]|\p{Emoji_Modifier}/u;

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const LATIN = "àáâãäåçèéêëìíîïñòóôõöùúûüý";
const GREEK = "αβγδεζηθικλμνξοπρστυφχψω";
const CYRILLIC = "абвгдежзийклмнопрстуфхцчшщыэюя";
const SIGNS = "◆◇●○■□▲△▼▽";
const EMOJI = ["🍎", "🍊", "🍋", "🍌", "🍉", "🍇", "🍓", "🍒", "🍑", "🍍", "🌲", "🌳", "🌴", "🌵", "🌷", "🌹"];
const SMALL_EMOJI = "☀☁☂☃☎☕☘♨⚓⚡";

/** Scripts without case, and letters of each. */
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/\p{Script=Hebrew}/u, "אבגדהוזחטיכלמנסעפצקרשת"],
  [/\p{Script=Arabic}/u, "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"],
  [/\p{Script=Devanagari}/u, "कखगघचछजझटठडढतथदधनपफबभमयरलवशसह"],
  [/\p{Script=Thai}/u, "กขคงจชซดตถทนบปพฟมยรลวสห"],
  [/\p{Script=Hiragana}/u, "あいうえおかきくけこさしすせそたちつてと"],
  [/\p{Script=Katakana}/u, "アイウエオカキクケコサシスセソタチツテト"],
  [/\p{Script=Hangul}/u, "가나다라마바사아자차카타파하거너더러머버"],
];

/** The substitute for a character; `chance` is an integer below 2^16. */
export function substituteFor(character: string, chance: number): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 128) return ascii(character, chance);
  if (character.length === 2) return astral(character, code, chance);
  if (/\p{Cs}/u.test(character)) return "\ufffd";
  if (/\p{M}/u.test(character)) return /[\ufe00-\ufe0f\u20dd-\u20e4]/.test(character) ? character : "\u0301";
  if (/\p{L}/u.test(character)) return letter(character, chance);
  if (/\p{Nd}/u.test(character)) return pick("٠١٢٣٤٥٦٧٨٩", chance);
  if (/\p{N}/u.test(character)) return pick("①②③④⑤⑥⑦⑧⑨", chance);
  if (KEPT_SIGNS.test(character)) return character;
  if (/\p{Extended_Pictographic}/u.test(character)) return pick(SMALL_EMOJI, chance);
  return /\p{So}/u.test(character) ? pick(SIGNS, chance) : "\ue000";
}

function ascii(character: string, chance: number): string {
  if (/[a-z]/.test(character)) return pick(LOWER, chance);
  if (/[A-Z]/.test(character)) return pick(UPPER, chance);
  return /\d/.test(character) ? pick("0123456789", chance) : character;
}

function letter(character: string, chance: number): string {
  const isUpper = character.toLowerCase() !== character;
  const alphabet = isUpper || character.toUpperCase() !== character ? casedAlphabet(character) : undefined;
  if (alphabet !== undefined) return pick(isUpper ? alphabet.toUpperCase() : alphabet, chance);
  const script = SCRIPTS.find(([pattern]) => pattern.test(character));
  return script ? pick(script[1], chance) : String.fromCodePoint(0x4e00 + (chance % 20_000));
}

function casedAlphabet(character: string): string {
  if (/\p{Script=Greek}/u.test(character)) return GREEK;
  return /\p{Script=Cyrillic}/u.test(character) ? CYRILLIC : LATIN;
}

/** Substitutes characters of two UTF-16 units. */
function astral(character: string, code: number, chance: number): string {
  if (code >= 0xe0000 && code < 0xe1000) return "\u{e0061}";
  if (/\p{RI}/u.test(character)) return String.fromCodePoint(0x1f1e6 + (chance % 26));
  if (KEPT_SIGNS.test(character)) return character;
  if (/\p{L}/u.test(character)) {
    return String.fromCodePoint(code < 0x20000 ? 0x1d41a + (chance % 26) : 0x20000 + (chance % 40_000));
  }
  if (/\p{N}/u.test(character)) return String.fromCodePoint(0x1d7ce + (chance % 10));
  if (/\p{M}/u.test(character)) return "\u{e0101}";
  if (/\p{Co}/u.test(character)) return "\u{f0000}";
  return EMOJI[chance % EMOJI.length] ?? "🍎";
}

function pick(alphabet: string, chance: number): string {
  return alphabet.charAt(chance % alphabet.length);
}
