import type { Command } from 'commander'

/** About whom a command asks. */
export interface SubjectOptions {
  readonly as?: string
  readonly engine?: string
}

export function addSubjectOptions(command: Command): Command {
  return command
    .option(
      '--as <principal>',
      'ask about somebody else, by client id, id, or ISSUER#SUBJECT; you must manage the object',
    )
    .option('--engine <engine>', 'as if this engine acted for them')
}

export function subjectOf({ as, engine }: SubjectOptions): { principal?: string; engine?: string } {
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
