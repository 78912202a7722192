/** Names of form inputs that are not submitted, because they cancel the login or store it in the browser. */
const skippedInputs = new Set(['cancel', 'rememberMe'])

/**
 * Simulates the browser of a user who logs in: follows redirects, stores cookies and submits forms. Supports the login
 * pages of Keycloak and of oidc-provider.
 *
 * @param fields values of form inputs, keyed by input name. Other inputs keep the values of the page
 * @param stopAt prefix of a URL that is not requested, such as a redirect URI
 * @returns the URL with this prefix, or the text of the first page without a form
 * @throws {Error} after 20 pages
 */
export async function browse(
  start: string,
  fields: Readonly<Record<string, string>>,
  stopAt = '',
): Promise<string> {
  const cookies = new Map<string, string>()
  const get = async (url: string, body?: URLSearchParams): Promise<Response> => {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      body: body ?? null,
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  let url = start
  let response = await get(url)
  for (let steps = 0; steps < 20; steps++) {
    const location = response.headers.get('location')
    if (location !== null) {
      url = new URL(location, url).href
      if (stopAt !== '' && url.startsWith(stopAt)) return url
      response = await get(url)
      continue
    }
    const page = await response.text()
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]
    if (action === undefined) return page
    const form = new URLSearchParams()
    for (const [input] of page.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]+)"/.exec(input)?.[1]
      if (name === undefined || skippedInputs.has(name)) continue
      form.set(name, fields[name] ?? /value="([^"]*)"/.exec(input)?.[1] ?? '')
    }
    url = new URL(action.replaceAll('&amp;', '&'), url).href
    response = await get(url, form)
  }
  throw new Error('The login has not ended after 20 pages. Check the fields and the redirect URI.')
}
