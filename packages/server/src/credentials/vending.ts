import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { type CallerCache, callerKey, type CallerKey, callerCache } from '../cache.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { lifetimeOf, mustBeLeft } from './lives.ts'
import type { StorageAccess, Vendor, VendRequest } from './vendor.ts'
import { type VendingGround, vendingKey } from './vending-key.ts'
import { vendingOf } from './vending-of.ts'

/** Ways to hand out storage access that need somebody to mint it. */
export type VendingMode = 'gateway' | 'sts' | 'static'

export interface VendingOptions {
  /** A mode that is left out cannot be used on this server. */
  readonly vendors: Readonly<Partial<Record<VendingMode, Vendor>>>
  readonly minLifeMs: number
  /** Changes when keys of the ring do: what was minted before is not handed out any more. */
  readonly generation?: () => number
  /** Credentials that are kept. Default 10 000. */
  readonly maxKept?: number
  /** A vendor that takes longer has failed, in ms. Default 20 s. */
  readonly mintTimeoutMs?: number
  /** Epoch ms; for tests. */
  readonly now?: () => number
}

/** Storage access as it was minted. The same object for everybody it is handed out to. */
export interface StorageCredential extends StorageAccess {
  readonly mode: VendingMode
  /** Of this minting: no other has it. */
  readonly id: string
  /** Epoch ms. */
  readonly mintedAt: number
}

export interface VendingCounts {
  /** Vendors that were asked. */
  readonly mints: number
  /** Requests that were answered with what was kept. */
  readonly hits: number
  /** Requests that waited for another one's minting. */
  readonly joins: number
  readonly failures: number
}

/** Minting again because another request's result does not do: more often means that vendors do not keep their word. */
const maxMints = 3

/**
 * Hands out storage access: minted once for all who ask at the same time, and kept during the first half of its life, so
 * that whoever is given it has at least the other half before them. Failures are not kept.
 *
 * It decides nothing: whoever calls it has made sure that the caller may have what is asked for.
 */
export class Vending {
  readonly #options: VendingOptions
  readonly #now: () => number
  readonly #kept: CallerCache<StorageCredential>
  readonly #flights = new Map<CallerKey, Promise<StorageCredential>>()
  readonly #counts = { mints: 0, hits: 0, joins: 0, failures: 0 }

  constructor(options: VendingOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#kept = callerCache({ max: options.maxKept ?? 10_000 })
  }

  get counts(): VendingCounts {
    return { ...this.#counts }
  }

  /** Changes when keys of the ring do. */
  get generation(): number {
    return this.#options.generation?.() ?? 0
  }

  /** Whether a credential may be handed out again, to whom it was minted for; counted as what `vend` gives from its cache. */
  mayGiveAgain(credential: StorageCredential, notAfter: number): boolean {
    const may = this.#mayHandOut(credential, notAfter)
    if (may) this.#counts.hits += 1
    return may
  }

  /** Whether this server has what the warehouse's mode needs. */
  canMint(warehouse: Warehouse): boolean {
    const { mode } = vendingOf(warehouse)
    return mode !== 'none' && mode !== 'remote-signing' && this.#options.vendors[mode] !== undefined
  }

  /**
   * @param signal ends the waiting, not the minting: others may wait for it too
   * @throws HeadgateError `unsupported` when the warehouse hands out nothing, or this server cannot, `forbidden` when `notAfter` is too near,
   *   and what the vendor throws
   */
  async vend(request: VendRequest, ground: VendingGround, signal?: AbortSignal): Promise<StorageCredential> {
    const key = vendingKey(request, ground, vendingOf(request.warehouse), this.generation)
    for (let mint = 0; mint < maxMints; mint += 1) {
      const kept = [key, cutShort(key)]
        .map((place) => this.#kept.get(place))
        .find((credential) => credential !== undefined && this.#mayHandOut(credential, request.notAfter))
      if (kept !== undefined) {
        this.#counts.hits += 1
        return kept
      }
      const running = this.#flights.get(key)
      if (running !== undefined) this.#counts.joins += 1
      const minted = await settled(running ?? this.#fly(key, request), signal)
      if (running === undefined || this.#mayHandOut(minted, request.notAfter)) return minted
    }
    throw new HeadgateError('unavailable', 'Storage access cannot be made fast enough: try again.', {
      retryAfterSeconds: 1,
    })
  }

  #mayHandOut({ mintedAt, expiresAt }: StorageCredential, notAfter: number): boolean {
    const left = expiresAt - this.#now()
    return expiresAt <= notAfter && left >= mustBeLeft(mintedAt, expiresAt, this.#options.minLifeMs)
  }

  #fly(key: CallerKey, request: VendRequest): Promise<StorageCredential> {
    const flight = this.#mint(request)
      .then((minted) => {
        // One that a near end has cut short must not push out one that is good for everybody else.
        const longer = (this.#kept.peek(key)?.expiresAt ?? 0) > minted.expiresAt
        this.#kept.set(longer ? cutShort(key) : key, minted)
        return minted
      })
      .catch((error: unknown) => {
        this.#counts.failures += 1
        throw error
      })
      .finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }

  async #mint(request: VendRequest): Promise<StorageCredential> {
    const { minLifeMs, mintTimeoutMs = 20_000 } = this.#options
    const { mode, vendor, lifetimeMs } = this.#vendorOf(request.warehouse)
    const mintedAt = this.#now()
    const notAfter = Math.min(request.notAfter, mintedAt + lifetimeMs)
    if (notAfter - mintedAt < minLifeMs) {
      throw new HeadgateError(
        'forbidden',
        'Storage access for this session would end too soon to be of use: log in again.',
      )
    }
    this.#counts.mints += 1
    const timeout = AbortSignal.timeout(mintTimeoutMs)
    const access = await vendor.vend({ ...request, notAfter }, timeout).catch((error: unknown) => {
      // Its own end is none that anybody who waits has asked for.
      throw timeout.aborted && error === timeout.reason ? late(error) : error
    })
    // What came back is a little shorter than what was asked for, by the time it took.
    if (access.expiresAt - mintedAt >= 0.9 * minLifeMs) return { ...access, mode, id: randomUUID(), mintedAt }
    throw new HeadgateError(
      'unavailable',
      'The storage service gave access for too short a time: its clock and that of this server differ, or the identity it was asked with is about to expire.',
    )
  }

  #vendorOf(warehouse: Warehouse): { mode: VendingMode; vendor: Vendor; lifetimeMs: number } {
    const profile = vendingOf(warehouse)
    const { mode } = profile
    if (mode === 'none' || mode === 'remote-signing')
      throw new HeadgateError('unsupported', `Warehouse ${warehouse.name} hands out no storage credentials.`)
    const vendor = this.#options.vendors[mode]
    if (vendor === undefined) throw new HeadgateError('unsupported', withoutVendor(warehouse.name, mode))
    return { mode, vendor, lifetimeMs: lifetimeOf(profile, this.#options) }
  }
}

function withoutVendor(warehouse: string, mode: VendingMode): string {
  const what =
    mode === 'gateway'
      ? 'through the storage gateway, which this server has switched off: its operator sets HEADGATE_S3_PUBLIC_URL'
      : `by mode ${mode}, which this server cannot`
  return `Warehouse ${warehouse} hands out storage credentials ${what}, or who manages the warehouse chooses another vending mode.`
}

function late(cause: unknown): HeadgateError {
  return new HeadgateError('unavailable', 'The storage service gives access too slowly: try again.', {
    cause,
    retryAfterSeconds: 5,
  })
}

function cutShort(key: CallerKey): CallerKey {
  return callerKey(key, 'cut short')
}

/** The flight's outcome, or the caller's own end. A flight that nobody waits for any more fails unheard. */
function settled<T>(flight: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return flight
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const end = (): void => reject(signal.reason as Error)
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  flight.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  return promise
}
