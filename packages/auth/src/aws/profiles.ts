/** Settings of an AWS profile, by name in lower case. */
export type Profile = ReadonlyMap<string, string>

/**
 * Parses the profiles in a file of the AWS command line: `[name]` in the credentials file, `[profile name]` or
 * `[default]` in the configuration file. Ignores nested settings and sections of other kinds.
 */
export function parseProfiles(
  text: string,
  kind: 'credentials' | 'config',
): Map<string, Map<string, string>> {
  const profiles = new Map<string, Map<string, string>>()
  let current: Map<string, string> | undefined
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue
    const section = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim()
    if (section !== undefined) {
      const name = parseProfileName(section, kind)
      current = name === undefined ? undefined : (profiles.get(name) ?? new Map<string, string>())
      if (name !== undefined && current !== undefined) profiles.set(name, current)
      continue
    }
    // The pattern does not match an indented line, because such a line is nested in the setting before it.
    const [, name, value] = /^([^\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined && value !== undefined)
      current?.set(name.toLowerCase(), value.replace(/\s[#;].*$/, ''))
  }
  return profiles
}

function parseProfileName(section: string, kind: 'credentials' | 'config'): string | undefined {
  if (kind === 'credentials' || section === 'default') return section
  return /^profile\s+(.+)$/.exec(section)?.[1]?.replace(/^(["'])(.*)\1$/, '$2')
}

/**
 * Merges the profiles of the credentials file and the configuration file. Settings of the credentials file take
 * precedence.
 */
export function mergeProfiles(credentials: string, config: string): ReadonlyMap<string, Profile> {
  const merged = parseProfiles(config, 'config')
  for (const [name, settings] of parseProfiles(credentials, 'credentials')) {
    merged.set(name, new Map([...(merged.get(name) ?? []), ...settings]))
  }
  return merged
}
