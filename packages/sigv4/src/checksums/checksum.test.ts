import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksumHeader, parseChecksumHeader, createChecksum, type ChecksumAlgorithm } from './checksum.ts'
import { declaredChecksum } from './declared-checksum.ts'

const digits = Buffer.from('123456789')

// The expected checksums are the check values of the catalogue of parametrized CRC algorithms (CRC-32/ISO-HDLC,
// CRC-32/ISCSI, CRC-64/NVME) and the examples of FIPS 180-4.
const known: [ChecksumAlgorithm, string][] = [
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
  ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
]

describe.each(known)('%s', (algorithm, expected) => {
  it('the checksum algorithm returns the published check value', () => {
    expect(checksum(algorithm, [digits]).toString('hex')).toBe(expected)
  })

  it('the checksum algorithm returns the same value for any division of the data', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (pieces) => {
        expect(checksum(algorithm, pieces)).toEqual(checksum(algorithm, [Buffer.concat(pieces)]))
      }),
    )
  })

  it('parseChecksumHeader recognizes the name of the header for each checksum algorithm', () => {
    expect(parseChecksumHeader(checksumHeader(algorithm))).toBe(algorithm)
  })
})

it('CRC-32C equals a bitwise division by its polynomial', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (data) => {
      const expected = bitwise(data, 32n, 0x82f63b78n)
      expect(BigInt(`0x${checksum('crc32c', [data]).toString('hex')}`)).toBe(expected)
    }),
  )
})

it('CRC-64/NVME equals a bitwise division by its polynomial', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (data) => {
      const expected = bitwise(data, 64n, 0x9a6c9329ac4bc9b5n)
      expect(BigInt(`0x${checksum('crc64nvme', [data]).toString('hex')}`)).toBe(expected)
    }),
  )
})

it('CRC-32C has the values of RFC 3720 appendix B.4', () => {
  expect(checksum('crc32c', [Buffer.alloc(32)]).toString('hex')).toBe('8a9136aa')
  expect(checksum('crc32c', [Buffer.alloc(32, 0xff)]).toString('hex')).toBe('62a8ab43')
})

it('parseChecksumHeader returns undefined for names of other headers', () => {
  for (const name of [
    'x-amz-checksum-md4',
    'x-amz-checksum-type',
    'x-amz-checksum-',
    'crc32',
    'x-amz-checksum-toString',
  ]) {
    expect(parseChecksumHeader(name)).toBeUndefined()
  }
})

describe('declaredChecksum', () => {
  it('declaredChecksum returns the algorithm and the value of a checksum header', () => {
    expect(declaredChecksum([['X-Amz-Checksum-CRC32', 'y/Q5Jg==']])).toEqual({
      ok: true,
      value: { algorithm: 'crc32', value: 'y/Q5Jg==' },
    })
    expect(declaredChecksum([['x-amz-checksum-type', 'FULL_OBJECT']])).toEqual({ ok: true, value: undefined })
  })

  it.each(['', 'y/Q5Jg', 'y/Q5Jh==', 'y_Q5Jg==', 'y/Q5Jg== ', 'y/Q5JgAA', 'cbf43926'])(
    'declaredChecksum refuses %o unless it is canonical base64 of the right length',
    (value) => {
      const read = declaredChecksum([['x-amz-checksum-crc32', value]])
      if (value.trim() === 'y/Q5Jg==') expect(read.ok).toBe(true)
      else expect(read.ok ? read : read.refusal.code).toBe('malformed-checksum')
    },
  )

  it('declaredChecksum refuses more than one checksum', () => {
    const two = declaredChecksum([
      ['x-amz-checksum-crc32', 'y/Q5Jg=='],
      ['x-amz-checksum-crc32c', '4waSgw=='],
    ])
    expect(two.ok ? two : two.refusal.code).toBe('malformed-checksum')
    const twice = declaredChecksum([
      ['x-amz-checksum-crc32', 'y/Q5Jg=='],
      ['x-amz-checksum-crc32', 'y/Q5Jg=='],
    ])
    expect(twice.ok ? twice : twice.refusal.code).toBe('duplicate-header')
  })
})

function checksum(algorithm: ChecksumAlgorithm, pieces: Uint8Array[]): Buffer {
  const made = createChecksum(algorithm)
  for (const piece of pieces) made.update(piece)
  return made.digest()
}

/**
 * Computes a reflected CRC bit by bit, as a reference for the table-based implementation. All bits of the register
 * are set at the start and inverted at the end.
 */
function bitwise(data: Uint8Array, width: bigint, polynomial: bigint): bigint {
  const ones = (1n << width) - 1n
  let crc = ones
  for (const byte of data) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n
  }
  return crc ^ ones
}
