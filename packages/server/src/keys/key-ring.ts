import { HeadgateError } from '@headgate/errors'
import { SingleFlight } from '../concurrency/single-flight.ts'
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

/** Default maximum age of the ring in memory, in ms. */
export const defaultRingMaxAgeMs = 60_000

export interface KeyRingOptions {
  readonly sql: Sql
  readonly master: MasterKey
  /** Maximum age of the ring in memory when no notification arrives, in ms. Default 60 s. */
  readonly maxAgeMs?: number
  /**
   * Minimum time between two reloads for unknown key ids, in ms, so that invalid tokens cannot overload the
   * database. Default 2 s.
   */
  readonly unknownKeyCooldownMs?: number
  /** Called when a reload in the background failed. The ring in memory remains in use. */
  readonly onError?: (error: unknown) => void
}

/**
 * Signing and sealing keys that this replica has loaded. Access to a key is synchronous. Notifications, a timer
 * and unknown key ids cause a reload. The first start with a new database creates one active key for each
 * purpose.
 */
export class KeyRing implements AsyncDisposable {
  readonly #options: KeyRingOptions
  readonly #cooldownMs: number
  #keys: ReadonlyMap<string, RingKey> = new Map()
  #active: ReadonlyMap<KeyPurpose, RingKey> = new Map()
  #generation = 0
  #signature = ''
  readonly #loads = new SingleFlight<void>()
  #loadedForUnknownAt = -Infinity
  #listening: AsyncDisposable | undefined
  #timer: NodeJS.Timeout | undefined

  private constructor(options: KeyRingOptions) {
    this.#options = options
    this.#cooldownMs = options.unknownKeyCooldownMs ?? 2_000
  }

  /**
   * Opens the ring and creates the first keys if there are none. Throws if another master key sealed the stored
   * keys.
   */
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

  /**
   * Number that changes with the set of keys or their states. Results that were computed with another
   * generation are invalid.
   */
  get generation(): number {
    return this.#generation
  }

  /** Returns the active signing key for a purpose. */
  signing(purpose: SigningPurpose): SigningKey {
    const key = this.findSigning(purpose)
    if (key !== null) return key
    throw noActiveKey(purpose)
  }

  /** Returns the active signing key, or null when the ring has no key for the purpose. */
  findSigning(purpose: SigningPurpose): SigningKey | null {
    const key = this.#active.get(purpose)
    return key?.purpose === purpose ? key : null
  }

  /** Returns the active sealing key for a purpose. */
  sealing(purpose: SealingPurpose): SealingKey {
    const key = this.#active.get(purpose)
    if (key?.purpose === purpose) return key
    throw noActiveKey(purpose)
  }

  /**
   * Returns the key with this purpose and id. The key may be in any state, because an added key may already be active
   * on another replica.
   */
  verifying(purpose: SigningPurpose, id: string): SigningKey | undefined {
    const key = this.#keys.get(id)
    return key?.purpose === purpose ? key : undefined
  }

  /** Returns all keys of a purpose, in any state. */
  signingKeys(purpose: SigningPurpose): readonly SigningKey[] {
    return [...this.#keys.values()].filter((key): key is SigningKey => key.purpose === purpose)
  }

  opening(purpose: SealingPurpose, id: string): SealingKey | undefined {
    const key = this.#keys.get(id)
    return key?.purpose === purpose ? key : undefined
  }

  /** Returns the ids, purposes and states of all keys, without key material. */
  list(): readonly Pick<RingKey, 'id' | 'purpose' | 'state' | 'createdAt' | 'retiredAt'>[] {
    return [...this.#keys.values()].map(({ id, purpose, state, createdAt, retiredAt }) => ({
      id,
      purpose,
      state,
      createdAt,
      retiredAt,
    }))
  }

  /** Reloads for an unknown key id. Returns false when the last such reload is too recent. */
  async reloadForUnknownKey(): Promise<boolean> {
    const now = performance.now()
    if (now - this.#loadedForUnknownAt < this.#cooldownMs) return false
    this.#loadedForUnknownAt = now
    await this.reload()
    return true
  }

  /** Reads the ring from the store. A reload that is requested during another one starts after it. */
  async reload(): Promise<void> {
    await this.#loads.joinNext('', () => this.#load())
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
    await this.#loads.settled()
  }
}

/** Creates the first keys. Replicas that start at the same time wait for each other, so each purpose gets one key. */
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
