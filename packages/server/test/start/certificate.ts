import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Self-signed certificate of localhost and 127.0.0.1, valid from 2026 to 2126. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUJ86ce73LgRxqxpoE6Qq/8vWuwp8wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIzNTYzOFoYDzIxMjYxMDI5
MjM1NjM4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARcjwK5aaxRDPp/lTxq2t2Ke4NtTUMK/ZRfRS063Jsx2DucrHfu2Bw0
GElHNz2ibRatX6vTr3PKE7Yf7iKaYr2Vo28wbTAdBgNVHQ4EFgQUFQNQ0VW7b8Ii
I+DrAbeBQAX+HzcwHwYDVR0jBBgwFoAUFQNQ0VW7b8IiI+DrAbeBQAX+HzcwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgbqzlM/tsrInsrfpvLOi7LKwYVC4iEU5nd9xw3wkdsdcCID0U
/0T5trSpCuxTeSb6LSOsdu6vn8yMzmpIlLknc3Cw
-----END CERTIFICATE-----
`

/** Private key of the certificate. It is only for tests, and not secret. */
const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgx1i+jVqowSm2jrV/
vtNC9qHwaFVaN6XWeFBciI1xk7yhRANCAARcjwK5aaxRDPp/lTxq2t2Ke4NtTUMK
/ZRfRS063Jsx2DucrHfu2Bw0GElHNz2ibRatX6vTr3PKE7Yf7iKaYr2V
-----END PRIVATE KEY-----
`

/** Writes the certificate and its key to files in a temporary directory, which is deleted on disposal. */
export async function certificateFiles(): Promise<
  { readonly folder: string; readonly certFile: string; readonly keyFile: string } & AsyncDisposable
> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-tls-'))
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  await writeFile(certFile, certificate)
  await writeFile(keyFile, certificateKey)
  return {
    folder,
    certFile,
    keyFile,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
