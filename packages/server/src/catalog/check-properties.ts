import { HeadgateError } from '@headgate/errors'

/** PostgreSQL's text and many clients cannot store this character. */
const forbidden = '\u0000'

/** Checks properties of a namespace: any text except NUL. */
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
