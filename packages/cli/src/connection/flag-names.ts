import { CliError } from '../cli-error.ts'

/** Command-line flags, by the member of the request body that they set. */
export type FlagNames = Readonly<Record<string, string>>

/**
 * Waits for a response. When the server refuses the request, replaces the members in its message with the flags that the user
 * typed: `body.vending.roleArn: must be an ARN` becomes `--role-arn: must be an ARN`.
 *
 * @throws CliError of the same kind
 */
export async function withFlagNames<T>(response: Promise<T>, flags: FlagNames): Promise<T> {
  try {
    return await response
  } catch (error) {
    if (!(error instanceof CliError) || error.refusal?.status !== 400) throw error
    throw error.withMessage(nameFlags(error.message, flags))
  }
}

/** Replaces members of requests in a message of the server with their flags. Members without a flag stay. */
export function nameFlags(message: string, flags: FlagNames): string {
  const toFlag = (name: string): string => flags[name] ?? name
  return (
    replacePhrases(message, flags)
      .replace(/^The request [a-z ]+: /, 'The options are not valid: ')
      .replace(/^Storage profile is not valid: /, 'The storage is not valid: ')
      .replaceAll('profile: ', '')
      .replaceAll(/\bbody(?:\.[\w-]+)*: Unrecognized keys?: ((?:"\w+"(?:, )?)+)/g, (_, names: string) => {
        const unknown = [...names.matchAll(/"(\w+)"/g)].map(([, name = '']) => toFlag(name))
        return `${unknown.join(', ')} is not allowed here: see --help`
      })
      .replaceAll(/\bbody(?:\.[\w-]+)*\.([a-zA-Z]+)(?:\.\d+)?: /g, (_, name: string) => `${toFlag(name)}: `)
      .replaceAll(/: Invalid input: expected \w+, received undefined/g, ' is missing')
      .replaceAll('credentials: "default-chain"', toFlag('credentials'))
      // The pattern does not match inside locations and other values of the user.
      .replaceAll(/(?<=^|[\s(])[a-z]+[A-Z][a-zA-Z]*(?=$|[\s,;:.)])/g, toFlag)
      .replaceAll(
        /(^|[:;,] )([a-z]+)(?=: | is missing)/g,
        (_, before: string, name: string) => before + toFlag(name),
      )
  )
}

/**
 * Replaces names that consist of several words. They must be replaced before names that are only one of these words.
 */
function replacePhrases(message: string, flags: FlagNames): string {
  const names = Object.keys(flags).filter((name) => name.includes(' '))
  return names.reduce((text, name) => text.replaceAll(name, flags[name] ?? name), message)
}
