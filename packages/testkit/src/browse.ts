/** What a person may leave alone: a way out of the login, and whether it is remembered. */
const notFilledIn = new Set(['cancel', 'rememberMe'])

/**
 * Somebody with a browser: follows links and redirects, keeps cookies, fills in forms. Knows those of Keycloak and
 * of oidc-provider.
 *
 * @param fields what is filled in, by the names of the inputs; others keep what the page gives them
 * @param stopAt the beginning of an address that is not visited any more
 * @returns that address, or else the text of the first page without a form
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
      if (name === undefined || notFilledIn.has(name)) continue
      form.set(name, fields[name] ?? /value="([^"]*)"/.exec(input)?.[1] ?? '')
    }
    url = new URL(action.replaceAll('&amp;', '&'), url).href
    response = await get(url, form)
  }
  throw new Error('The login did not come to an end')
}
