import { HeadgateError } from '@headgate/errors'

/**
 * Character that property values must not contain, because PostgreSQL and many clients cannot store it in a
 * text.
 */
const forbidden = '\u0000'

/**
 * Checks the properties of a namespace. Keys must not be empty. Keys and values must be well-formed Unicode
 * without the character U+0000.
 *
 * @throws HeadgateError `bad-request`
 */
export function checkProperties(properties: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(properties)) {
    if (key === '') throw new HeadgateError('bad-request', 'The name of a property must not be empty.')
    if (key.includes(forbidden) || value.includes(forbidden)) {
      throw new HeadgateError(
        'bad-request',
        'Keys and values of properties must not contain the character NUL (U+0000).',
      )
    }
    if (!key.isWellFormed() || !value.isWellFormed()) {
      throw new HeadgateError(
        'bad-request',
        'Keys and values of properties must be well-formed Unicode, without lone surrogates.',
      )
    }
  }
}
