import type { Command } from 'commander'

/** Caller that a question about access is about. */
export interface SubjectOptions {
  readonly as?: string
  readonly engine?: string
}

export function addSubjectOptions(command: Command): Command {
  return command
    .option(
      '--as <principal>',
      'ask about this principal (client id, id, or ISSUER#SUBJECT); you must manage the object',
    )
    .option('--engine <engine>', 'ask as if this engine acted for the principal')
}

/** Returns the members of a question that name its subject. */
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
