/** Settings of a profile, by lower-case name. */
export type Profile = ReadonlyMap<string, string>

/**
 * Profiles in the text of a file of the AWS command line: `[name]` in the credentials file, `[profile name]` or
 * `[default]` in the configuration file. Nested settings and sections of other kinds are left out.
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
      const name = profileName(section, kind)
      current = name === undefined ? undefined : (profiles.get(name) ?? new Map<string, string>())
      if (name !== undefined && current !== undefined) profiles.set(name, current)
      continue
    }
    // A line that is moved in belongs to the setting before it.
    const [, name, value] = /^([^\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined && value !== undefined)
      current?.set(name.toLowerCase(), value.replace(/\s[#;].*$/, ''))
  }
  return profiles
}

function profileName(section: string, kind: 'credentials' | 'config'): string | undefined {
  if (kind === 'credentials' || section === 'default') return section
  return /^profile\s+(.+)$/.exec(section)?.[1]?.replace(/^(["'])(.*)\1$/, '$2')
}

/** Both files together; what the credentials file says goes before. */
export function mergeProfiles(credentials: string, config: string): ReadonlyMap<string, Profile> {
  const merged = parseProfiles(config, 'config')
  for (const [name, settings] of parseProfiles(credentials, 'credentials')) {
    merged.set(name, new Map([...(merged.get(name) ?? []), ...settings]))
  }
  return merged
}
