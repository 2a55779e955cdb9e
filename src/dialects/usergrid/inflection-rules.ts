/** The rules of `inflection.ts`, as data. The first rule that fits counts. */

export interface TailRule {
  /** Matches the end of a word that is replaced (look-behind says what must stand before it). */
  ending: RegExp;
  becomes: string;
}

/** A word that ends in `kept` (a pattern) and `replaced` (letters) ends in `kept` and `becomes` in the other number. */
function rule(kept: string, replaced: string, becomes: string): TailRule {
  return { ending: new RegExp(`${kept === '' ? '' : `(?<=${kept})`}${replaced}$`, 'i'), becomes };
}

/** Where a word starts, also within a name such as `order_items`. */
const wordStart = '(?:^|[^a-z])';

export const uncountable = new RegExp(
  `${wordStart}(?:equipment|information|rice|money|species|series|fish|sheep|news)$`,
  'i',
);

/** `m` of a `man`, not of `human`, and of `men`, not of `specimen` or `omen`. */
const aMan = '(?<!hu|ger|ro|sha|talis|otto|cai|nor|speci|regi|abdo|acu|hy|se|sta|^o|[^a-z]o|^a|[^a-z]a)m';
const mouse = `${wordStart}(?:dor|tit)?[ml]`;
const latinNeuter = '(?:dat|medi|bacteri|strat|errat|addend|memorand|curricul)';
const greekNeuter = '(?:criteri|phenomen)';
const endingInF = '(?:wol|el|shel|sel|hal|cal|loa|thie|lea|scar|dwar)';
const endingInFe = '(?:kni|wi|(?:^|[^o])li)';
const addsEsAfterO = '(?:buffal|tomat|potat|her|ech|torped|vet|mosquit|volcan)o';
const endingInIe = `(?:mov|cook|zomb|brown|self|calor|rook|hood|pix|prair|boog|gen|coll|${wordStart}[dlptv])ie`;
const endingInSis = '(?:analy|diagno|progno|synop|paraly|the|cri|oa|empha|neuro|psycho|gene|neme)s';
/** Sounds after which the plural adds `es`. */
const hissing = '(?:x|ch|ss|sh|zz|tz)';
/** Words in `e` whose plural looks like one of `hissing`. */
const endingInChe = '(?:(?:^|[^a-z]|[cdht])ache|niche|avalanche|quiche|psyche|finesse|posse)';

export const pluralRules: readonly TailRule[] = [
  // What is plural and does not end in s stays.
  rule('people|children', '', ''),
  rule(`${aMan}en`, '', ''),
  rule(`${wordStart}oxen|${mouse}ice|octopi|viri|${latinNeuter}a|${greekNeuter}a`, '', ''),
  rule('pe', 'rson', 'ople'),
  rule('child', '', 'ren'),
  rule(aMan, 'an', 'en'),
  rule(`${wordStart}ox`, '', 'en'),
  rule(mouse, 'ouse', 'ice'),
  rule('octop|vir', 'us', 'i'),
  rule(latinNeuter, 'um', 'a'),
  rule(greekNeuter, 'on', 'a'),
  rule(`${wordStart}(?:ax|test)`, 'is', 'es'),
  rule('alias|status|bus', '', 'es'),
  rule('s', 'is', 'es'),
  rule('ss', '', 'es'),
  // Whatever else ends in s counts as plural.
  rule('s', '', ''),
  rule(endingInF, 'f', 'ves'),
  rule(endingInFe, 'fe', 'ves'),
  rule('[bcdfghjklmnpqrstvwxz]|qu', 'y', 'ies'),
  rule('matr|append', 'ix', 'ices'),
  rule('vert|ind|vort', 'ex', 'ices'),
  rule(`${wordStart}quiz`, '', 'zes'),
  rule(hissing, '', 'es'),
  rule(addsEsAfterO, '', 'es'),
  rule('', '', 's'),
];

export const singularRules: readonly TailRule[] = [
  rule('pe', 'ople', 'rson'),
  rule('child', 'ren', ''),
  rule(aMan, 'en', 'an'),
  rule(`${wordStart}ox`, 'en', ''),
  rule(mouse, 'ice', 'ouse'),
  rule('octop|vir', 'i', 'us'),
  rule(latinNeuter, 'a', 'um'),
  rule(greekNeuter, 'a', 'on'),
  rule('alias|status|(?<!^a|[^a-z]a)bus', 'es', ''),
  rule(endingInF, 'ves', 'f'),
  rule(endingInFe, 'ves', 'fe'),
  rule(endingInIe, 's', ''),
  rule('[bcdfghjklmnpqrstvwxz]|qu', 'ies', 'y'),
  rule('matr|append', 'ices', 'ix'),
  rule('vert|ind|vort', 'ices', 'ex'),
  rule(`${wordStart}quiz`, 'zes', ''),
  rule(endingInSis, 'es', 'is'),
  rule(`${wordStart}(?:ax|test)`, 'es', 'is'),
  rule(endingInChe, 's', ''),
  rule(hissing, 'es', ''),
  rule(addsEsAfterO, 'es', ''),
  // Most words in us are singular, and these few are not.
  rule('(?:men|gur|em|gn|tut|haik|ea|bayo|caribo|sk|[cgat]p|fl)u', 's', ''),
  rule('us', '', ''),
  rule('', 's', ''),
];
