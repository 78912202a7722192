import { JsonError } from './json-error.ts'

/**
 * Returns the error for a text that is not JSON. The message contains the expected token, the line and column (from
 * 1), and the one character that was found.
 */
export function syntaxError(text: string, at: number, expected: string): JsonError {
  let line = 1
  let lineStart = 0
  for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', lineStart)) {
    line++
    lineStart = end + 1
  }
  const code = text.codePointAt(at)
  const found = code === undefined ? 'the text ends' : `found ${display(code)}`
  return new JsonError(`expected ${expected} at line ${line}, column ${at - lineStart + 1}, but ${found}`, at)
}

/**
 * Formats a character for an error message: printable ASCII in quotes, and any other character as `U+…`, because logs
 * and terminals show the message.
 */
function display(code: number): string {
  if (code > 0x20 && code < 0x7f) return `'${String.fromCodePoint(code)}'`
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
