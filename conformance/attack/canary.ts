import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** An object that the attacker has no right to. */
export interface Canary {
  /** How the attacker would name it: `s3://bucket/key`; for a file outside of all warehouses where it would be. */
  readonly location: string
  /** Somebody's table, a place between tables, another bucket, or the disk around the warehouse. */
  readonly kind: 'table' | 'between' | 'bucket' | 'disk'
}

/** What marks canaries, in their names and in their bytes. */
export interface Marks {
  /** Part of every canary's name. */
  readonly name: string
  /** Part of every canary's bytes. */
  readonly content: string
  /** Bytes of every canary: nothing else has as many. */
  readonly size: number
  /** Keys that begin so are the attacker's own, whatever she has named them. */
  readonly ownKeys: string
}

export function newMarks(ownKeys: string): Marks {
  const mark = randomBytes(12).toString('hex')
  return { name: `canary-${mark.slice(0, 12)}`, content: `sings-${mark}`, size: 7919, ownKeys }
}

/** The bytes of a canary. */
export function songOf({ content, size }: Pick<Marks, 'content' | 'size'>): string {
  return content.repeat(Math.ceil(size / content.length)).slice(0, size)
}

/** Puts a canary on the disk. */
export function plant(marks: Marks, folder: string, name: string = marks.name): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, songOf(marks))
  return path
}
