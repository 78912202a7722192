import { CliError } from '../cli-error.ts'

/** Flags by the name that the management interface has for what they set. */
export type FlagNames = Readonly<Record<string, string>>

/**
 * Waits for an answer, and puts the flags that people typed in place of the interface's names where a refusal of the
 * request names them: `body.vending.roleArn: must be an ARN` becomes `--role-arn: must be an ARN`.
 *
 * @throws CliError of the same kind
 */
export async function inFlags<T>(answer: Promise<T>, flags: FlagNames): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof CliError) || error.answer?.status !== 400) throw error
    throw error.saying(flagText(error.message, flags))
  }
}

/** Returns a message of the server with flags in place of the interface's names; those without a flag stay. */
export function flagText(message: string, flags: FlagNames): string {
  const flagOf = (name: string): string => flags[name] ?? name
  return (
    phrases(message, flags)
      .replace(/^The request does not fit: /, 'The options do not fit: ')
      .replace(/^Storage profile is not valid: /, 'The storage does not fit: ')
      .replaceAll('profile: ', '')
      .replaceAll(/\bbody(?:\.[\w-]+)*: Unrecognized keys?: ((?:"\w+"(?:, )?)+)/g, (_, names: string) => {
        const unknown = [...names.matchAll(/"(\w+)"/g)].map(([, name = '']) => flagOf(name))
        return `${unknown.join(', ')} cannot be given here: see --help`
      })
      .replaceAll(/\bbody(?:\.[\w-]+)*\.([a-zA-Z]+)(?:\.\d+)?: /g, (_, name: string) => `${flagOf(name)}: `)
      .replaceAll(/: Invalid input: expected \w+, received undefined/g, ' is missing')
      .replaceAll('credentials: "default-chain"', flagOf('credentials'))
      // Not inside of locations and other texts that people chose.
      .replaceAll(/(?<=^|[\s(])[a-z]+[A-Z][a-zA-Z]*(?=$|[\s,;:.)])/g, flagOf)
      .replaceAll(
        /(^|[:;,] )([a-z]+)(?=: | is missing)/g,
        (_, before: string, name: string) => before + flagOf(name),
      )
  )
}

/** Names of several words, as messages write them, come before each word by itself. */
function phrases(message: string, flags: FlagNames): string {
  const names = Object.keys(flags).filter((name) => name.includes(' '))
  return names.reduce((text, name) => text.replaceAll(name, flags[name] ?? name), message)
}
