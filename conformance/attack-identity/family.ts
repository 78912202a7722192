import type { Random } from '../attack/random.ts'
import type { Scene } from './scene.ts'

/** What came back: a token if the answer had one. */
export interface Seen {
  readonly status: number
  readonly text: string
  readonly ms: number
}

/** What came of one case. */
export interface Evidence {
  /** What was tried, so that it can be tried again; no secrets. */
  readonly what: string
  /** All of these must be refusals; in a family of legitimate cases all must be successes. */
  readonly seen: readonly Seen[]
  /** What the case has found out itself to be accepted and wrong. */
  readonly escape?: string | undefined
  /** What had to work for the case to say anything, and did not. */
  readonly broken?: string | undefined
}

/** One kind of attack. */
export interface Family {
  readonly name: string
  /** What is tried, for the report. */
  readonly about: string
  /** The share of cases that it gets, in relation to the others. Default 1. */
  readonly weight?: number
  /** Cases must succeed: without them a server that refuses everything would shine. */
  readonly legitimate?: true
  /** Why it cannot be tried; undefined when it can. */
  unavailable?(scene: Scene): string | undefined
  attack(scene: Scene, random: Random): Promise<Evidence>
  /** Looks at all cases together, at the end: what was found. */
  conclude?(scene: Scene): { readonly found: readonly string[]; readonly remark: string }
}
