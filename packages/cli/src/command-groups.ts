import type { Command } from 'commander'
import type { Io } from './io.ts'

/** Commands of one module. The module is loaded only if a command line can need it. */
export interface CommandGroup {
  /** Heading above the commands in the help of the program. */
  readonly heading: 'Server:' | 'Other catalogs:' | 'Catalog:' | 'Access:' | 'As code:' | 'This program:'
  /** Names of the commands that `load` registers. */
  readonly names: readonly string[]
  /** Imports the module. Returns the function that registers its commands. */
  load(): Promise<(program: Command, io: Io) => void>
}

/** All groups of commands, in their order in the help. */
export const commandGroups: readonly CommandGroup[] = [
  {
    heading: 'Server:',
    names: ['serve'],
    load: async () => (await import('./commands/serve.ts')).registerServe,
  },
  {
    heading: 'Server:',
    names: ['bootstrap'],
    load: async () => (await import('./commands/bootstrap.ts')).registerBootstrap,
  },
  {
    heading: 'Server:',
    names: ['health'],
    load: async () => (await import('./commands/health.ts')).registerHealth,
  },
  {
    heading: 'Server:',
    names: ['console'],
    load: async () => (await import('./commands/console.ts')).registerConsole,
  },
  {
    heading: 'Server:',
    names: ['keys'],
    load: async () => (await import('./commands/keys/register.ts')).registerKeys,
  },
  {
    heading: 'Other catalogs:',
    names: ['proxy'],
    load: async () => (await import('./commands/proxy/register.ts')).registerProxy,
  },
  {
    heading: 'Other catalogs:',
    names: ['import'],
    load: async () => (await import('./commands/import.ts')).registerImport,
  },
  {
    heading: 'Other catalogs:',
    names: ['doctor'],
    load: async () => (await import('./commands/doctor.ts')).registerDoctor,
  },
  {
    heading: 'Catalog:',
    names: ['warehouse'],
    load: async () => (await import('./commands/warehouse/register.ts')).registerWarehouses,
  },
  {
    heading: 'Catalog:',
    names: ['namespace'],
    load: async () => (await import('./commands/namespace/register.ts')).registerNamespaces,
  },
  {
    heading: 'Catalog:',
    names: ['table', 'view'],
    load: async () => (await import('./commands/relation/register-groups.ts')).registerRelations,
  },
  {
    heading: 'Catalog:',
    names: ['search'],
    load: async () => (await import('./commands/search.ts')).registerSearch,
  },
  {
    heading: 'Catalog:',
    names: ['storage'],
    load: async () => (await import('./commands/storage/register.ts')).registerStorage,
  },
  {
    heading: 'Access:',
    names: ['principal'],
    load: async () => (await import('./commands/principal/register.ts')).registerPrincipals,
  },
  {
    heading: 'Access:',
    names: ['role'],
    load: async () => (await import('./commands/role/register.ts')).registerRoles,
  },
  {
    heading: 'Access:',
    names: ['group'],
    load: async () => (await import('./commands/group/register.ts')).registerGroups,
  },
  {
    heading: 'Access:',
    names: ['engine'],
    load: async () => (await import('./commands/engine/register.ts')).registerEngines,
  },
  {
    heading: 'Access:',
    names: ['grant'],
    load: async () => (await import('./commands/grant/register.ts')).registerGrants,
  },
  {
    heading: 'Access:',
    names: ['whoami', 'explain', 'access'],
    load: async () => (await import('./commands/access/register.ts')).registerAccess,
  },
  {
    heading: 'Access:',
    names: ['credentials'],
    load: async () => (await import('./commands/credentials/register.ts')).registerCredentials,
  },
  {
    heading: 'Access:',
    names: ['audit'],
    load: async () => (await import('./commands/audit/register.ts')).registerAudit,
  },
  {
    heading: 'As code:',
    names: ['export'],
    load: async () => (await import('./commands/export.ts')).registerExport,
  },
  {
    heading: 'As code:',
    names: ['apply'],
    load: async () => (await import('./commands/apply.ts')).registerApply,
  },
  {
    heading: 'This program:',
    names: ['login', 'logout'],
    load: async () => (await import('./commands/login/register.ts')).registerLogin,
  },
  {
    heading: 'This program:',
    names: ['profile'],
    load: async () => (await import('./commands/profile/register.ts')).registerProfiles,
  },
  {
    heading: 'This program:',
    names: ['token'],
    load: async () => (await import('./commands/token.ts')).registerToken,
  },
  {
    heading: 'This program:',
    names: ['config'],
    load: async () => (await import('./commands/config.ts')).registerConfig,
  },
  {
    heading: 'This program:',
    names: ['completion'],
    load: async () => (await import('./commands/completion.ts')).registerCompletion,
  },
]

/**
 * Returns the groups of commands to load for a command line: all groups that contain a command with the name of any
 * argument, because options with values can precede the command. If no argument names a command, returns all groups,
 * for the help and for errors about unknown commands.
 */
export function findNeededGroups(args: readonly string[]): readonly CommandGroup[] {
  if (args.length === 1 && args[0] === '--version') return []
  const named = commandGroups.filter(({ names }) => names.some((name) => args.includes(name)))
  return named.length === 0 ? commandGroups : named
}
