import { type Json, parse } from '@headgate/json'
import type { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'

/** A successful answer: its text as it came, and what it says. An empty body is null. */
export interface Answer {
  readonly status: number
  readonly text: string
  readonly json: Json
}

/** Undefined: this is no JSON. Integers keep all their digits. */
export function parseJson(text: string): Json | undefined {
  try {
    // Table metadata may nest as deep as the server lets it.
    return text === '' ? null : parse(text, { maxDepth: 1000 })
  } catch {
    return undefined
  }
}

/**
 * What the answer says, checked. Members that the schema does not name are passed over.
 *
 * @throws CliError when it says something else
 */
export function read<Schema extends z.ZodType>(schema: Schema, { json }: Answer): z.output<Schema> {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const where = result.error.issues[0]?.path.map(String).join('.') ?? ''
  throw new CliError(
    exitCode.unreachable,
    `The server's answer is not understood${where === '' ? '' : ` (at ${where})`}.`,
    { next: 'Is it a Headgate server of the same version? --json shows the answer as it is.' },
  )
}
