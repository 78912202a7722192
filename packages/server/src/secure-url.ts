import { isLoopback } from '@headgate/storage'

/**
 * Returns true if a text is a URL without credentials and fragment, and the URL uses https or names this
 * machine.
 */
export function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, hash } = new URL(text)
  if (username !== '' || password !== '' || hash !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
