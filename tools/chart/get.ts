import { get as getHttp } from 'node:http'
import { get as getHttps } from 'node:https'
import { text } from 'node:stream/consumers'

const limitMs = 10_000

/**
 * Sends a GET request, and returns the status and the body.
 *
 * @param certificate trusted certificate in PEM, if the URL is https
 */
export async function get(
  url: string,
  certificate: string,
): Promise<{ readonly status: number; readonly body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  const options = { timeout: limitMs, signal: AbortSignal.timeout(limitMs), ca: certificate }
  const request = url.startsWith('https:') ? getHttps(url, options) : getHttp(url, options)
  request.on('error', reject)
  request.on('response', (response) => {
    text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
  })
  return promise
}
