import { HeadgateError } from '@headgate/errors'
import { insertKey, lockKeyRing, readKeys } from '../store/key-ring.ts'
import type { Sql } from '../store/sql.ts'
import type { MasterKey } from './master-key.ts'
import {
  generateKey,
  type KeyPurpose,
  keyPurposes,
  openKey,
  type RingKey,
  type SealingKey,
  type SealingPurpose,
  type SigningKey,
  type SigningPurpose,
} from './ring-key.ts'

/** How old the ring in memory may get when no notification arrives, unless told. */
export const defaultRingMaxAgeMs = 60_000

export interface KeyRingOptions {
  readonly sql: Sql
  readonly master: MasterKey
  /** How old the ring in memory may get when no notification arrives, in ms. Default 60 s. */
  readonly maxAgeMs?: number
  /** At most one reload for unknown key ids in this time, in ms, so that junk cannot make the store work. Default 2 s. */
  readonly unknownKeyCooldownMs?: number
  /** Called when a reload in the background failed; the ring in memory stays in use. */
  readonly onError?: (error: unknown) => void
}

/**
 * The keys as this replica knows them. Reading is synchronous; a notification, a timer and unknown ids reload it.
 * The first start of a new store makes the first active key of every purpose.
 */
export class KeyRing implements AsyncDisposable {
  readonly #options: KeyRingOptions
  readonly #cooldownMs: number
  #keys: ReadonlyMap<string, RingKey> = new Map()
  #active: ReadonlyMap<KeyPurpose, RingKey> = new Map()
  #generation = 0
  #signature = ''
  #loading: Promise<void> | undefined
  #loadedForUnknownAt = -Infinity
  #listening: AsyncDisposable | undefined
  #timer: NodeJS.Timeout | undefined

  private constructor(options: KeyRingOptions) {
    this.#options = options
    this.#cooldownMs = options.unknownKeyCooldownMs ?? 2_000
  }

  /** Opens the ring, making its first keys when there are none. Throws when the master key is not the store's. */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    const ring = new KeyRing(options)
    await ring.reload()
    if (keyPurposes.some((purpose) => !ring.#active.has(purpose))) {
      await createMissing(options.sql, options.master)
      await ring.reload()
    }
    ring.#listening = await options.sql.listen('headgate', (payload) => {
      if (payload === null || payload.startsWith('keys:')) ring.#reloadBehind()
    })
    ring.#timer = setInterval(() => ring.#reloadBehind(), options.maxAgeMs ?? defaultRingMaxAgeMs).unref()
    return ring
  }

  /** Changes whenever the set of keys or their states changed: what was concluded from the ring before is void. */
  get generation(): number {
    return this.#generation
  }

  /** The key that signs now. */
  signing(purpose: SigningPurpose): SigningKey {
    const key = this.#active.get(purpose)
    if (key?.purpose === purpose) return key
    throw noActiveKey(purpose)
  }

  /** The key that seals now. */
  sealing(purpose: SealingPurpose): SealingKey {
    const key = this.#active.get(purpose)
    if (key?.purpose === purpose) return key
    throw noActiveKey(purpose)
  }

  /** The key of that id and purpose, in whatever state: added keys may be active elsewhere already. */
  verifying(purpose: SigningPurpose, id: string): SigningKey | undefined {
    const key = this.#keys.get(id)
    return key?.purpose === purpose ? key : undefined
  }

  /** All keys of a purpose, in whatever state. */
  signingKeys(purpose: SigningPurpose): readonly SigningKey[] {
    return [...this.#keys.values()].filter((key): key is SigningKey => key.purpose === purpose)
  }

  opening(purpose: SealingPurpose, id: string): SealingKey | undefined {
    const key = this.#keys.get(id)
    return key?.purpose === purpose ? key : undefined
  }

  /** All keys, for people: ids, purposes and states, no key material is reachable through it by serialisation. */
  list(): readonly Pick<RingKey, 'id' | 'purpose' | 'state' | 'createdAt' | 'retiredAt'>[] {
    return [...this.#keys.values()].map(({ id, purpose, state, createdAt, retiredAt }) => ({
      id,
      purpose,
      state,
      createdAt,
      retiredAt,
    }))
  }

  /** Reloads because somebody named a key that is not here. False: not now, one was made a moment ago. */
  async reloadForUnknownKey(): Promise<boolean> {
    const now = performance.now()
    if (now - this.#loadedForUnknownAt < this.#cooldownMs) return false
    this.#loadedForUnknownAt = now
    await this.reload()
    return true
  }

  /** Reads the ring from the store. A reload asked for while one runs starts after it, so it sees what is there now. */
  async reload(): Promise<void> {
    const running = this.#loading
    if (running) await running.catch(() => undefined)
    // Whoever waited for the same load shares the next one.
    if (this.#loading !== undefined && this.#loading !== running) return this.#loading
    this.#loading = this.#load().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  async #load(): Promise<void> {
    const keys = new Map<string, RingKey>()
    const active = new Map<KeyPurpose, RingKey>()
    for (const row of await readKeys(this.#options.sql)) {
      const key = openKey(this.#options.master, row)
      if (!key) continue
      keys.set(key.id, key)
      if (key.state === 'active') active.set(key.purpose, key)
    }
    const signature = [...keys.values()].map((key) => `${key.id} ${key.state}`).join('\n')
    this.#keys = keys
    this.#active = active
    if (signature !== this.#signature) {
      this.#signature = signature
      this.#generation += 1
    }
  }

  #reloadBehind(): void {
    this.reload().catch((error: unknown) => this.#options.onError?.(error))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#listening?.[Symbol.asyncDispose]()
    await this.#loading?.catch(() => undefined)
  }
}

/** Replicas that start at the same time wait for one another here, so that each purpose gets one first key. */
async function createMissing(sql: Sql, master: MasterKey): Promise<void> {
  await sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    const present = new Set(
      (await readKeys(tx)).filter((row) => row.state === 'active').map((row) => row.purpose),
    )
    for (const purpose of keyPurposes) {
      if (!present.has(purpose)) await insertKey(tx, generateKey(master, purpose, 'active'))
    }
  })
}

function noActiveKey(purpose: KeyPurpose): HeadgateError {
  return new HeadgateError(
    'internal',
    `The key ring has no active key for ${purpose}: add one and promote it.`,
  )
}
