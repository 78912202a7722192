import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A canary: an object on which the attacker has no right, so that any access to it proves an escape. */
export interface Canary {
  /**
   * Location in the attacker's view: `s3://bucket/key`; for a file outside of all warehouses, its hypothetical
   * location.
   */
  readonly location: string
  /** Position: a table of another owner, a place between tables, another bucket, or the disk around the warehouse. */
  readonly kind: 'table' | 'between' | 'bucket' | 'disk'
}

/** Strings and sizes by which a suite recognizes its planted objects (canaries) in a response. */
export interface Marks {
  /** Part of the name of every planted object. */
  readonly name: string
  /** Part of the bytes of every planted object. */
  readonly content: string
  /** Size of every planted object in bytes, which no other object has. */
  readonly size: number
  /** Prefix of the keys that belong to the attacker, under any name. */
  readonly ownKeys: string
}

export function newMarks(ownKeys: string): Marks {
  const mark = randomBytes(12).toString('hex')
  return { name: `canary-${mark.slice(0, 12)}`, content: `sings-${mark}`, size: 7919, ownKeys }
}

/** Returns the bytes of a canary. */
export function canaryBytes({ content, size }: Pick<Marks, 'content' | 'size'>): string {
  return content.repeat(Math.ceil(size / content.length)).slice(0, size)
}

/** Writes a canary file into `folder` and returns its path. */
export function plant(marks: Marks, folder: string, name: string = marks.name): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, canaryBytes(marks))
  return path
}
