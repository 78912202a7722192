import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkTls } from './check-tls.ts'
import { certificateFiles } from '../../test/start/certificate.ts'

let files: Awaited<ReturnType<typeof certificateFiles>>
beforeAll(async () => {
  files = await certificateFiles()
})
afterAll(async () => await files[Symbol.asyncDispose]())

async function file(name: string, text: string): Promise<string> {
  const path = join(files.folder, name)
  await writeFile(path, text)
  return path
}

const other = (cipher?: { cipher: string; passphrase: string }): string =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', ...cipher },
  }).privateKey

test('checkTls accepts a certificate and the private key that belongs to it', () => {
  expect(checkTls(files)).toEqual([])
})

test('checkTls refuses a private key that belongs to another certificate', async () => {
  const keyFile = await file('other.pem', other())
  expect(() => checkTls({ ...files, keyFile })).toThrow(
    /\(.*other\.pem\) is not the key of the first certificate/,
  )
})

test('checkTls refuses a private key that is encrypted with a password', async () => {
  const keyFile = await file('locked.pem', other({ cipher: 'aes-256-cbc', passphrase: 'x' }))
  expect(() => checkTls({ ...files, keyFile })).toThrow(/in PEM without a password\.$/)
})

test('checkTls refuses a key file in place of the certificate file, and files that contain neither a certificate nor a key', async () => {
  const text = await file('text', 'no PEM')
  expect(() => checkTls({ ...files, keyFile: text })).toThrow(/HEADGATE_TLS_KEY_FILE .* private key in PEM/)
  expect(() => checkTls({ ...files, certFile: text })).toThrow(
    /CERT_FILE .* does not contain a certificate in PEM/,
  )
  expect(() => checkTls({ ...files, certFile: files.keyFile })).toThrow(
    /does not contain a certificate in PEM/,
  )
  expect(() => checkTls({ ...files, keyFile: files.certFile })).toThrow(
    /does not contain a private key in PEM/,
  )
})

test('checkTls refuses paths of files that do not exist', () => {
  const none = join(files.folder, 'none')
  expect(() => checkTls({ ...files, certFile: none })).toThrow(
    /HEADGATE_TLS_CERT_FILE cannot be read: ENOENT/,
  )
  expect(() => checkTls({ ...files, keyFile: none })).toThrow(/HEADGATE_TLS_KEY_FILE cannot be read: ENOENT/)
})

test('checkTls returns a warning for a certificate that is expired or not valid yet', () => {
  expect(checkTls(files, Date.UTC(2200, 0))).toEqual([expect.stringMatching(/expired at .*2126/)])
  expect(checkTls(files, Date.UTC(2020, 0))).toEqual([expect.stringMatching(/is valid from .*2026/)])
})
