import { type Command, InvalidArgumentError, Option } from 'commander'
import type { EngineChange, SubjectRule } from '../../management/generated/schemas.ts'
import { parseSeconds, repeatable } from '../../options.ts'

/** Options of engine commands that set the settings of an engine. */
export interface EntryOptions {
  readonly subject?: readonly SubjectRule[]
  readonly namesIssuer?: string
  readonly unsignedSubjects?: boolean
  readonly assertions?: boolean
  readonly makesPrincipals?: boolean
  readonly namesAdministrators?: boolean
  readonly firstCalls?: string
  readonly onlyWarehouse?: readonly string[]
  readonly onlyPrivilege?: readonly string[]
  readonly administers?: boolean
  readonly refreshes?: boolean
  readonly viewChains?: boolean
  readonly enforcesRestrictions?: boolean
  readonly accessLife?: number
  readonly sessionLife?: number
}

/** Options that set permissions of an engine, with their descriptions. */
const permissions: readonly (readonly [option: string, description: string])[] = [
  ['unsigned-subjects', 'let the engine state its user by an unsigned token, as unmodified engines do'],
  ['assertions', 'let the engine assert its user by a token that it signs with a registered key'],
  ['makes-principals', 'create a principal when the engine names a user that does not exist yet'],
  ['names-administrators', 'let the engine name users who administer the server'],
  ['administers', 'let the engine send administrative requests for users who may administer'],
  ['refreshes', 'let the engine refresh the storage credentials of its users with its own session'],
  ['view-chains', 'accept the view through which the engine says that it reads a table'],
  ['enforces-restrictions', 'trust the engine to enforce the row filters and columns of restricted grants'],
]

export function addEntryOptions(command: Command): Command {
  command
    .option(
      '--subject <rule>',
      'users that the engine may act for: "ISSUER PATTERN [GROUP …]", such as "headgate *" or "https://idp.example *@corp.example analysts"; ' +
        'repeatable; replaces the current rules; "none" for no user',
      parseRule,
    )
    .option('--names-issuer <issuer>', 'issuer of users that the engine names without an issuer, or "none"')
  for (const [name, description] of permissions)
    command.addOption(new Option(`--${name} [yes|no]`, description).argParser(parseYesNo).preset('yes'))
  return command
    .addOption(
      new Option('--first-calls <policy>', 'what the engine may do in requests without a user').choices([
        'deny',
        'config-only',
        'service',
      ]),
    )
    .option(
      '--only-warehouse <name>',
      'limit the engine to this warehouse; repeatable; "all" removes the limit',
      repeatable,
    )
    .option(
      '--only-privilege <privilege>',
      'limit the engine to this privilege and the privileges that it includes; repeatable; "all" removes the limit',
      repeatable,
    )
    .option('--access-life <time>', 'lifetime of the tokens of users of the engine: 15m', parseSeconds)
    .option('--session-life <time>', 'time for which a token of a user can be renewed: 24h, 7d', parseSeconds)
}

/** Converts the options to the members of a request that changes an engine. */
export function toEntry(options: EntryOptions): EngineChange {
  return {
    subjects: options.subject,
    namesIssuer: options.namesIssuer === 'none' ? null : options.namesIssuer,
    unsignedSubjects: options.unsignedSubjects,
    assertions: options.assertions,
    makesPrincipals: options.makesPrincipals,
    namesAdministrators: options.namesAdministrators,
    firstCalls: options.firstCalls,
    warehouses: toLimit(options.onlyWarehouse),
    privileges: toLimit(options.onlyPrivilege),
    administers: options.administers,
    refreshes: options.refreshes,
    viewChains: options.viewChains,
    enforcesRestrictions: options.enforcesRestrictions,
    tokenSeconds: options.accessLife,
    sessionSeconds: options.sessionLife,
  }
}

function toLimit(names: readonly string[] | undefined): readonly string[] | null | undefined {
  return names?.includes('all') === true ? null : names
}

function parseRule(text: string, before: readonly SubjectRule[] = []): readonly SubjectRule[] {
  if (text === 'none') return []
  const [issuer = '', pattern, ...groups] = text.trim().split(/\s+/)
  if (issuer === '') throw new InvalidArgumentError('Write "ISSUER PATTERN [GROUP …]".')
  return [...before, { issuer, pattern: pattern ?? '*', groups }]
}

function parseYesNo(text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes'
  throw new InvalidArgumentError('The value must be yes or no.')
}
