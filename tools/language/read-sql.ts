import { mask, maskInline } from './mask.ts'
import type { Passage } from './passage.ts'

const comment = /(?:^[ \t]*--[^\n]*(?:\n|$))+|--[^\n]*|\/\*[\s\S]*?\*\//gm

/** Yields the comments in SQL text. Also treats two hyphens inside an SQL string as the start of a comment. */
export function* readSql(sql: string, offset = 0): Generator<Passage> {
  for (const { 0: found, index } of sql.matchAll(comment)) {
    const text = maskInline(mask(found, /^[ \t]*-{2,}|^\/\*+|\*+\/$|^[ \t]*\*(?!\/)/gm))
    yield { kind: 'comment', start: offset + index, text }
  }
}

const statement =
  /^\s*(?:--|select\b[\s\S]*(?:\bfrom\b|\(|\$\d)|with (?:recursive )?\w+ (?:\([^)]*\) )?as |insert into |update [\w.]+ (?:\w+ )?set |delete from |(?:create|alter|drop) (?:or replace |unique |temporary |unlogged )*(?:table|index|function|trigger|type|view|sequence|schema|role|database)\b)/

/** Returns whether a string in a program contains an SQL statement. */
export function isSql(text: string): boolean {
  return statement.test(text)
}
