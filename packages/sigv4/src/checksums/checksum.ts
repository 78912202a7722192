import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { crc32c } from './crc32c.ts'
import { crc64nvme } from './crc64nvme.ts'

/** The checksums that Amazon S3 accepts in `x-amz-checksum-*`, by the names of these headers. */
export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256'

/** Checksum that is computed from several pieces of data. */
export interface Checksum {
  update(data: Uint8Array): void
  /** Returns the checksum of all data, big-endian. Call this method only once. */
  digest(): Buffer
}

/** Length of each checksum in bytes. */
export const checksumLengths: Readonly<Record<ChecksumAlgorithm, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
}

/**
 * Creates the computation of a checksum with an algorithm.
 *
 * @example
 * ```ts
 * const checksum = createChecksum('crc64nvme')
 * checksum.update(Buffer.from('123456789'))
 * checksum.digest().toString('base64') // 'rosUhgp5mIg='
 * ```
 */
export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'crc32':
      return crc32Bits((data, value) => crc32(data, value))
    case 'crc32c':
      return crc32Bits(crc32c)
    case 'crc64nvme':
      return crc64Bits()
    default:
      return createHashChecksum(algorithm)
  }
}

/**
 * Returns the algorithm in the name of a checksum header or trailer: `crc32` for `x-amz-checksum-crc32`. Returns
 * undefined for other names.
 */
export function parseChecksumHeader(name: string): ChecksumAlgorithm | undefined {
  const algorithm = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
  return isChecksumAlgorithm(algorithm) ? algorithm : undefined
}

/** Returns the lower-case name of the header that contains a checksum of an algorithm. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return PREFIX + algorithm
}

const PREFIX = 'x-amz-checksum-'

function isChecksumAlgorithm(name: string): name is ChecksumAlgorithm {
  return Object.hasOwn(checksumLengths, name)
}

function crc32Bits(step: (data: Uint8Array, value: number) => number): Checksum {
  let value = 0
  return {
    update: (data) => {
      value = step(data, value)
    },
    digest: () => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes
    },
  }
}

function crc64Bits(): Checksum {
  const state = { high: 0, low: 0 }
  return {
    update: (data) => {
      crc64nvme(state, data)
    },
    digest: () => {
      const bytes = Buffer.alloc(8)
      bytes.writeUInt32BE(state.high)
      bytes.writeUInt32BE(state.low, 4)
      return bytes
    },
  }
}

function createHashChecksum(algorithm: 'sha1' | 'sha256'): Checksum {
  const hash = createHash(algorithm)
  return {
    update: (data) => {
      hash.update(data)
    },
    digest: () => hash.digest(),
  }
}
