import type { JsonObject } from '@headgate/json'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { several } from '../../options.ts'
import { seconds } from '../warehouse/settings-options.ts'
import type { Rule } from './engine.ts'

/** What people decide about an engine. */
export interface EntryOptions {
  readonly subject?: readonly Rule[]
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
  readonly accessLife?: number
  readonly sessionLife?: number
}

/** Switches of an entry: their option, and what they let the engine do. */
const switches: readonly (readonly [option: string, description: string])[] = [
  ['unsigned-subjects', 'it may state its user by an unsigned token, as unmodified engines do'],
  ['assertions', 'it may assert its user by a token that it signs with a registered key'],
  ['makes-principals', 'a user that it names and nobody knows yet is made a principal'],
  ['names-administrators', 'it may also name users who administer the server'],
  ['administers', 'it may administer for users who may'],
  ['refreshes', 'it may renew storage credentials of its users by itself'],
  ['view-chains', 'it is believed which view it reads a table for'],
]

export function addEntryOptions(command: Command): Command {
  command
    .option(
      '--subject <rule>',
      'for whom it may act: "ISSUER PATTERN [GROUP …]", such as "headgate *" or "https://idp.example *@corp.example analysts"; ' +
        'may be given several times, and replaces the rules before; "none" for nobody',
      rules,
    )
    .option('--names-issuer <issuer>', 'the issuer whose users its bare names are, or "none"')
  for (const [name, description] of switches)
    command.addOption(new Option(`--${name} [yes|no]`, description).argParser(yesOrNo).preset('yes'))
  return command
    .addOption(
      new Option('--first-calls <policy>', 'what it may do without a user').choices([
        'deny',
        'config-only',
        'service',
      ]),
    )
    .option(
      '--only-warehouse <name>',
      'a warehouse that it reaches, and no other that is not named as well; "all" for no limit',
      several,
    )
    .option(
      '--only-privilege <privilege>',
      'a privilege that it uses, with what that implies, and no other that is not named as well; "all" for no limit',
      several,
    )
    .option('--access-life <time>', 'life of the tokens of its users: 15m', seconds)
    .option('--session-life <time>', 'how long a token of a user can be renewed: 24h, 7d', seconds)
}

/** What is given of an entry, as the server takes it. */
export function entryBody(options: EntryOptions): JsonObject {
  return {
    subjects: options.subject?.map((rule) => ({ ...rule })),
    namesIssuer: options.namesIssuer === 'none' ? null : options.namesIssuer,
    unsignedSubjects: options.unsignedSubjects,
    assertions: options.assertions,
    makesPrincipals: options.makesPrincipals,
    namesAdministrators: options.namesAdministrators,
    firstCalls: options.firstCalls,
    warehouses: limitOf(options.onlyWarehouse),
    privileges: limitOf(options.onlyPrivilege),
    administers: options.administers,
    refreshes: options.refreshes,
    viewChains: options.viewChains,
    tokenSeconds: options.accessLife,
    sessionSeconds: options.sessionLife,
  }
}

function limitOf(names: readonly string[] | undefined): readonly string[] | null | undefined {
  return names?.includes('all') === true ? null : names
}

function rules(text: string, before: readonly Rule[] = []): readonly Rule[] {
  if (text === 'none') return []
  const [issuer = '', pattern, ...groups] = text.trim().split(/\s+/)
  if (issuer === '') throw new InvalidArgumentError('Write "ISSUER PATTERN [GROUP …]".')
  return [...before, { issuer, pattern: pattern ?? '*', groups }]
}

function yesOrNo(text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes'
  throw new InvalidArgumentError('Write yes or no.')
}
