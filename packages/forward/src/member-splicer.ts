import { Transform, type TransformCallback } from 'node:stream'
import { HeadgateError } from '@headgate/errors'

export interface MemberSplicerOptions {
  /** Names of the members of the outermost object whose values are buffered and passed to `rewrite`. */
  readonly members: ReadonlySet<string>
  /**
   * Returns the text that replaces the value of a buffered member.
   *
   * @returns the text that replaces the value
   */
  readonly rewrite: (name: string, value: string) => string
  /** Maximum size of the value of a buffered member, in bytes. */
  readonly limit: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c

/** Longest key that is compared, in bytes. Longer keys never match. */
const LONGEST_KEY = 512

/**
 * Passes a JSON document through and replaces the values of some members of its outermost object. Only these values
 * are buffered, because the metadata of a table may have hundreds of megabytes, while its configuration is small and
 * may precede or follow it. Does not validate the rest of the document.
 */
export class MemberSplicer extends Transform {
  readonly #options: MemberSplicerOptions
  #depth = 0
  #isObject = false
  #inString = false
  #escaped = false
  #expectsKey = false
  /** Bytes of the key that is being read, or undefined if no key is being read. */
  #key: number[] | undefined
  #name: string | undefined
  #held: Buffer[] | undefined
  #heldBytes = 0

  constructor(options: MemberSplicerOptions) {
    super()
    this.#options = options
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    try {
      this.#read(chunk)
      done()
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)))
    }
  }

  override _flush(done: TransformCallback): void {
    done(this.#held === undefined ? null : unreadable('the response is truncated'))
  }

  #read(chunk: Buffer): void {
    // Text in UTF-16 or UTF-32 contains zero bytes. Some clients detect these encodings and would decode members that
    // the proxy did not check.
    if (chunk.includes(0)) throw unreadable('the response is not in UTF-8')
    let from = 0
    let at = 0
    while (at < chunk.length) {
      if (this.#inString) {
        at = this.#readString(chunk, at)
        continue
      }
      if (this.#depth > 1) {
        at = this.#skip(chunk, at)
        continue
      }
      const byte = chunk[at]
      if (byte === QUOTE) {
        this.#inString = true
        if (this.#depth === 1 && this.#expectsKey) this.#key = []
      } else if (byte === 0x7b || byte === 0x5b) {
        if (this.#depth === 0) this.#isObject = this.#expectsKey = byte === 0x7b
        this.#depth++
      } else if (this.#depth === 1) {
        if (byte === COLON && this.#name !== undefined && this.#held === undefined) {
          this.push(chunk.subarray(from, at + 1))
          from = at + 1
          this.#held = []
        } else if (byte === COMMA || byte === 0x7d || byte === 0x5d) {
          if (this.#held !== undefined) {
            this.#hold(chunk.subarray(from, at))
            this.#release()
            from = at
          }
          if (byte === COMMA) this.#expectsKey = this.#isObject
          else this.#depth--
        }
      } else if (byte === 0x7d || byte === 0x5d) {
        this.#depth--
      }
      at++
    }
    const rest = chunk.subarray(from)
    if (this.#held !== undefined) this.#hold(rest)
    else if (rest.length > 0) this.push(rest)
  }

  /**
   * Advances to the end of the current string, or to the end of the chunk if the string continues in the next chunk.
   */
  #readString(chunk: Buffer, start: number): number {
    let escaped = this.#escaped
    let at = start
    for (; at < chunk.length; at++) {
      if (escaped) escaped = false
      else if (chunk[at] === BACKSLASH) escaped = true
      else if (chunk[at] === QUOTE) break
    }
    this.#escaped = escaped
    const key = this.#key
    if (key !== undefined && key.length <= LONGEST_KEY)
      key.push(...chunk.subarray(start, Math.min(at, start + LONGEST_KEY)))
    if (at === chunk.length) return at
    this.#inString = false
    if (key !== undefined) this.#endKey(key)
    return at + 1
  }

  /**
   * Advances to the end of the current nested value, or to the end of the chunk if the value continues in the next
   * chunk. Most bytes of a response are in nested values, so this loop does little work per byte.
   */
  #skip(chunk: Buffer, start: number): number {
    let depth = this.#depth
    let inString = false
    let escaped = false
    let at = start
    for (; at < chunk.length && depth > 1; at++) {
      const byte = chunk[at]
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
      } else if (byte === QUOTE) inString = true
      else if (byte === 0x7b || byte === 0x5b) depth++
      else if (byte === 0x7d || byte === 0x5d) depth--
    }
    this.#depth = depth
    this.#inString = inString
    this.#escaped = escaped
    return at
  }

  #endKey(bytes: readonly number[]): void {
    this.#key = undefined
    this.#expectsKey = false
    const name = bytes.length > LONGEST_KEY ? undefined : decodeKey(bytes)
    this.#name = name !== undefined && this.#options.members.has(name) ? name : undefined
  }

  #hold(bytes: Buffer): void {
    this.#heldBytes += bytes.length
    const { limit } = this.#options
    if (this.#heldBytes > limit)
      throw unreadable(`the member ${this.#name ?? ''} of the response is larger than ${limit} bytes`)
    this.#held?.push(bytes)
  }

  #release(): void {
    const text = Buffer.concat(this.#held ?? []).toString()
    const value = text.trim()
    const start = text.indexOf(value)
    let next: string
    try {
      next = this.#options.rewrite(this.#name ?? '', value)
    } catch (cause) {
      throw unreadable(`the member ${this.#name ?? ''} of the response is not JSON`, cause)
    }
    this.push(Buffer.from(text.slice(0, start) + next + text.slice(start + value.length)))
    this.#held = undefined
    this.#heldBytes = 0
    this.#name = undefined
  }
}

/** Decodes the escapes in a key. Returns undefined if the key is not valid. */
function decodeKey(bytes: readonly number[]): string | undefined {
  try {
    const key: unknown = JSON.parse(`"${Buffer.from(bytes).toString()}"`)
    return typeof key === 'string' ? key : undefined
  } catch {
    return undefined
  }
}

function unreadable(why: string, cause?: unknown): HeadgateError {
  const text = `The response of the catalog cannot be forwarded: ${why}. Check that --upstream is the URL of its REST interface.`
  return new HeadgateError('bad-gateway', text, { cause })
}
