import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { refuseBody } from '../identity/access-keys/refuse-signature.ts'
import type { SignedCaller, SignedRequests } from '../identity/access-keys/signed-requests.ts'
import type { WithoutSlot } from '../operation/open-operation.ts'
import type { CallLimits, Operation } from '../operation/operation.ts'
import { type BodyLimits, hasBody, receiveBody } from '../operation/read-body.ts'
import { bodyLimit } from './body-limit.ts'
import { BodyMemory } from './body-memory.ts'
import { smallBodyBytes } from './large-bodies.ts'

/** Caller and body of a request with a valid signature. */
export interface SignedCall {
  readonly identity: SignedCaller['identity']
  /**
   * Bytes of the body if they were already received, otherwise a function that compares them with the signature when
   * they are received. Null: the request has no body.
   */
  readonly body: Pick<BodyLimits, 'received' | 'check'> | null
  /** Releases the memory that is reserved for the body. */
  release(): void
}

/** Parts of the pipeline that the verification of a request needs. */
interface SignedCallSources {
  readonly operation: Pick<Operation, 'maxBodyBytes'>
  /** Address of the client. Empty: unknown. */
  readonly address: string
  readonly withoutSlot: WithoutSlot
}

/**
 * Verifies signed requests and their bodies. If a request does not contain the hash of its body, the caller is known only
 * when the body has been received. Memory for such bodies is limited for each client address, and is separate from the
 * memory for bodies of authenticated callers.
 */
export class SignedCalls {
  readonly #signedRequests: SignedRequests
  readonly #limits: Pick<CallLimits, 'maxBodyBytes'>
  readonly #memory: BodyMemory

  constructor(signedRequests: SignedRequests, limits: Pick<CallLimits, 'maxBodyBytes'>) {
    const { maxBodyBytes } = limits
    this.#signedRequests = signedRequests
    this.#limits = limits
    this.#memory = new BodyMemory({ totalBytes: 4 * maxBodyBytes, perPrincipalBytes: maxBodyBytes })
  }

  /**
   * Verifies the signature of a request. The body is not parsed, and is received only if the request does not contain its
   * hash.
   *
   * @throws HeadgateError `unauthenticated`, and the errors of `receiveBody`
   */
  async verify(request: IncomingMessage, sources: SignedCallSources): Promise<SignedCall> {
    const { method = 'GET', url = '/', rawHeaders, headers } = request
    const moved = headers['original-authorization']
    const signed = {
      method,
      target: url,
      rawHeaders,
      host: headers.host ?? '',
      originalAuthorization: Array.isArray(moved) ? moved.join(', ') : moved,
      hasBody: hasBody(request),
    }
    const unverified = new UnverifiedBody(this.#memory, sources.address)
    try {
      const { identity, bodySha256 } = await this.#signedRequests.verify(signed, () =>
        unverified.receive(request, bodyLimit(sources.operation, this.#limits), sources.withoutSlot),
      )
      const check = (bytes: Buffer): void => {
        if (hash('sha256', bytes, 'hex') !== bodySha256) throw refuseBody(identity.provenByKey ?? null)
      }
      const body = unverified.bytes === undefined ? { check } : { received: unverified.bytes }
      return { identity, body: signed.hasBody ? body : null, release: () => unverified.release() }
    } catch (error) {
      unverified.release()
      throw error
    }
  }
}

/** Body of a request whose signature is not verified yet. */
class UnverifiedBody {
  readonly #memory: BodyMemory
  readonly #address: string
  #releaseMemory: (() => void) | undefined
  bytes: Buffer | undefined

  constructor(memory: BodyMemory, address: string) {
    this.#memory = memory
    this.#address = address
  }

  /** Receives the body, and returns its SHA-256 in hexadecimal digits. */
  async receive(
    request: IncomingMessage,
    limit: Pick<BodyLimits, 'maxBytes' | 'setting'>,
    withoutSlot: WithoutSlot,
  ): Promise<string> {
    const admission = { freeBytes: smallBodyBytes, admit: (bytes: number) => this.#reserve(bytes) }
    this.bytes = await withoutSlot(receiveBody(request, { ...limit, admission }))
    return hash('sha256', this.bytes, 'hex')
  }

  release(): void {
    this.#releaseMemory?.()
    this.#releaseMemory = undefined
  }

  #reserve(bytes: number): Promise<void> {
    this.release()
    this.#releaseMemory = this.#memory.reserve(this.#address, bytes)
    return Promise.resolve()
  }
}
