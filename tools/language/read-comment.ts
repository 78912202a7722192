import { mask, maskInline } from './mask.ts'
import { paragraphBreak } from './passage.ts'

const fence = /(?<=^[ \t*]*)```[\s\S]*?(?:```|(?![\s\S]))/gm
const example = /@example\b[\s\S]*?(?=^[ \t*]*@[a-z]|(?![\s\S]))/gm
const tag =
  /(?<=^[ \t]*)@(?:param|property|template)[ \t]+(?:\{[^}]*\}[ \t]*)?\[?[\w.$]+(?:=[^\]]*)?\]?(?:[ \t]+-(?=[ \t]))?/gm
const throwsTag = /(?<=^[ \t]*)@(?:throws|returns|return|type|see|[a-z]+)\b(?:[ \t]+\{[^}]*\})?/gm
const link = /\{@link(?:code|plain)?\s[^}]*\}/g
const listItem = /(?<=^[ \t]*)(?:[-*+]|\d+[.)])(?=[ \t])/gm

/**
 * Masks everything except prose in a comment, or in consecutive line comments: comment markers, tags, code and
 * examples.
 */
export function maskComment(comment: string): string {
  let text = comment.startsWith('/*') ? maskBlock(comment) : mask(comment, /^[ \t]*\/\/+/gm)
  text = mask(mask(text, fence), example)
  for (const pattern of [tag, throwsTag, listItem])
    text = text.replaceAll(pattern, (match) => paragraphBreak + ' '.repeat(match.length - 1))
  return maskInline(mask(text, link, 'x'))
}

/** Returns the description of a docstring, which precedes its first tag. */
export function beforeTags(docstring: string): string {
  const tags = /(?:^\/\*\*|^[ \t]*\*)[ \t]*@[a-z]/m.exec(docstring)
  return tags === null ? docstring : docstring.slice(0, tags.index + tags[0].length - 2)
}

function maskBlock(comment: string): string {
  return mask(mask(comment, /^\/\*+|\*+\/$/g), /^[ \t]*\*+(?!\S)/gm)
}
