import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Planted object to which the attacker has no right. Any access to a canary proves a successful attack. */
export interface Canary {
  /**
   * Location of the canary as the attacker would name it: `s3://bucket/key`. A canary outside of all warehouses has
   * the location that it would have if the bucket contained it.
   */
  readonly location: string
  /**
   * Position of the canary: in a table of another owner, between the folders of tables, in another bucket, or on the
   * disk outside of the warehouse.
   */
  readonly kind: 'table' | 'between' | 'bucket' | 'disk'
}

/** Strings and sizes by which a suite recognizes canaries in a response. */
export interface Marks {
  /** Text that the name of every canary contains. */
  readonly name: string
  /** Text that the content of every canary contains. */
  readonly content: string
  /** Size of every canary in bytes, which no other object has. */
  readonly size: number
  /** Prefix of the object keys that belong to the attacker. */
  readonly ownKeys: string
}

export function newMarks(ownKeys: string): Marks {
  const mark = randomBytes(12).toString('hex')
  return { name: `canary-${mark.slice(0, 12)}`, content: `sings-${mark}`, size: 7919, ownKeys }
}

/** Returns the content of a canary file. */
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
