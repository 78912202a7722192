import type { Command } from 'commander'

/** Options that name the caller whose access a command examines. */
export interface SubjectOptions {
  readonly as?: string
  readonly engine?: string
}

export function addSubjectOptions(command: Command): Command {
  return command
    .option(
      '--as <principal>',
      'examine the access of this principal (client id, id, or ISSUER#SUBJECT) instead of your own; you must manage the object',
    )
    .option('--engine <engine>', 'examine the access that the principal has through this engine')
}

/** Converts the options to the members of the request that name the caller whose access is examined. */
export function toSubject({ as, engine }: SubjectOptions): { principal?: string; engine?: string } {
  return { ...(as === undefined ? {} : { principal: as }), ...(engine === undefined ? {} : { engine }) }
}

export const privileges: readonly string[] = [
  'use',
  'select',
  'modify',
  'create',
  'manage',
  'administer-storage',
]
