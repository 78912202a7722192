import { CliError } from '../cli-error.ts'

/** Command-line options, keyed by the member of the request body that each option sets. */
export type FlagNames = Readonly<Record<string, string>>

/**
 * Waits for a response. If the server refuses the request, replaces the names of request members in the error message
 * with command-line options: `body.vending.roleArn: must be an ARN` becomes `--role-arn: must be an ARN`.
 *
 * @throws CliError with the changed message and the same exit code
 */
export async function withFlagNames<T>(response: Promise<T>, flags: FlagNames): Promise<T> {
  try {
    return await response
  } catch (error) {
    if (!(error instanceof CliError) || error.refusal?.status !== 400) throw error
    throw error.withMessage(nameFlags(error.message, flags))
  }
}

/**
 * Replaces names of request members in an error message with command-line options. Members without an option keep
 * their name.
 */
export function nameFlags(message: string, flags: FlagNames): string {
  const toFlag = (name: string): string => flags[name] ?? name
  return (
    replacePhrases(message, flags)
      .replace(/^The request [a-z ]+: /, 'The options are not valid: ')
      .replace(/^Storage profile is not valid: /, 'The storage is not valid: ')
      .replaceAll('profile: ', '')
      .replaceAll(/\bbody(?:\.[\w-]+)*: Unrecognized keys?: ((?:"\w+"(?:, )?)+)/g, (_, names: string) => {
        const unknown = [...names.matchAll(/"(\w+)"/g)].map(([, name = '']) => toFlag(name))
        return `${unknown.join(', ')} is not allowed with these options: see --help`
      })
      .replaceAll(/\bbody(?:\.[\w-]+)*\.([a-zA-Z]+)(?:\.\d+)?: /g, (_, name: string) => `${toFlag(name)}: `)
      .replaceAll(/: Invalid input: expected \w+, received undefined/g, ' is missing')
      .replaceAll('credentials: "default-chain"', toFlag('credentials'))
      // The pattern matches only whole words, so that it does not change locations and other values of the user.
      .replaceAll(/(?<=^|[\s(])[a-z]+[A-Z][a-zA-Z]*(?=$|[\s,;:.)])/g, toFlag)
      .replaceAll(
        /(^|[:;,] )([a-z]+)(?=: | is missing)/g,
        (_, before: string, name: string) => before + toFlag(name),
      )
  )
}

/**
 * Replaces member names in phrases of several words. This must run first, because some phrases contain words that are
 * also names by themselves.
 */
function replacePhrases(message: string, flags: FlagNames): string {
  const names = Object.keys(flags).filter((name) => name.includes(' '))
  return names.reduce((text, name) => text.replaceAll(name, flags[name] ?? name), message)
}
