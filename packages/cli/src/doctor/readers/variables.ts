import { failed, type Diagnosis } from '../finding.ts'
import type { Entries, ReaderInput } from './reader.ts'

/** Settings in which references to environment variables are replaced, and a problem for each missing variable. */
export interface Resolved {
  readonly entries: Entries
  readonly problems: readonly Diagnosis[]
}

/**
 * Replaces references to environment variables in settings, in the same way as the engine.
 *
 * @param pattern pattern of a reference, whose first group is the name of the variable
 */
export function resolveVariables(
  entries: Entries,
  { env, source }: Pick<ReaderInput, 'env' | 'source'>,
  pattern: RegExp,
): Resolved {
  const problems: Diagnosis[] = []
  const resolved = Object.entries(entries).map(([name, value]): [string, string] => [
    name,
    value.replaceAll(pattern, (reference: string, variable: string) => {
      const found = env[variable]
      if (found !== undefined && found !== '') return found
      problems.push(missingVariable(source, name, variable))
      return reference
    }),
  ])
  return { entries: Object.fromEntries(resolved), problems }
}

const missingVariable = (source: string, name: string, variable: string): Diagnosis =>
  failed('variable-unset', {
    evidence: `${source} sets ${name} from the environment variable ${variable}, which is not set here.`,
    remedy: `Set ${variable} in the environment of the engine, and run this command in the same environment.`,
  })
