import { type Passage, splitSentences } from './passage.ts'
import { readMarkdown } from './read-markdown.ts'
import { readSql } from './read-sql.ts'
import { readTypeScript } from './read-typescript.ts'
import type { Rule } from './rules.ts'

/** Sentence of a file that breaks a rule of the language check. */
export interface Fault {
  readonly file: string
  /** Line of the file at which the sentence begins, counted from 1. */
  readonly line: number
  readonly rule: string
  readonly sentence: string
  readonly reason: string
  readonly instead: string
}

/** Yields the passages of a file: its comments, strings and paragraphs. The file extension determines the parser. */
function readPassages(file: string, source: string): Iterable<Passage> {
  if (file.endsWith('.md')) return readMarkdown(source)
  if (file.endsWith('.sql')) return readSql(source)
  return readTypeScript(file, source)
}

/**
 * Yields the faults of a file, and adds the number of its sentences to `counts`. A caller that needs only one fault can
 * stop the iteration.
 */
export function* findFaults(
  file: string,
  source: string,
  rules: readonly Rule[],
  counts: { sentences: number } = { sentences: 0 },
): Generator<Fault> {
  for (const passage of readPassages(file, source)) {
    const applicable = rules.filter((rule) => rule.appliesTo(passage.kind))
    let isFirst = true
    for (const sentence of splitSentences(passage)) {
      if (passage.kind !== 'docstring') counts.sentences += 1
      for (const { name, reason, instead, firstSentence, isBroken } of applicable)
        if ((isFirst || !firstSentence) && isBroken(sentence.text))
          yield {
            file,
            line: lineAt(source, sentence.start),
            rule: name,
            sentence: shown(source.slice(sentence.start, sentence.end)),
            reason,
            instead,
          }
      isFirst = false
      if (passage.kind === 'docstring') break
    }
  }
}

/** Returns the line, counted from 1, that contains the character at an offset. */
function lineAt(source: string, offset: number): number {
  let line = 1
  for (let at = source.indexOf('\n'); at !== -1 && at < offset; at = source.indexOf('\n', at + 1)) line += 1
  return line
}

/** Returns a sentence in one line, without the comment markers at the starts of lines. */
function shown(sentence: string): string {
  return sentence.replaceAll(/\n[ \t]*(?:\*|\/\/|--|>)?[ \t]*/g, ' ').replaceAll(/\s+/g, ' ')
}
