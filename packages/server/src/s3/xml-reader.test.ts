import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { S3Error } from './s3-error.ts'
import { childText, readXml } from './xml-reader.ts'
import { xmlPlain, xmlResult } from './xml-writer.ts'

const read = (text: string): ReturnType<typeof readXml> => readXml(Buffer.from(text))

test('what the writer wrote is read back, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const wellFormed = text.toWellFormed().replaceAll('\u0000', '')
      const root = read(
        xmlPlain([
          'Root',
          [
            ['Key', wellFormed],
            ['Size', 3],
          ],
        ]),
      )
      expect(childText(root, 'Key')).toBe(wellFormed)
    }),
  )
})

test('declarations, namespaces, attributes, references and white space are what they are in XML', () => {
  const root = read(
    '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\n' +
      " <Object a='1'><Key> a&amp;lt;&#65;&#x1F600; </Key></Object>\n <Quiet/>\n</Delete >\n",
  )
  expect(root.children.map(({ name }) => name)).toEqual(['Object', 'Quiet'])
  expect(childText(root.children[0] ?? root, 'Key')).toBe(' a&lt;A😀 ')
  expect(read(xmlResult('A', [])).name).toBe('A')
})

describe('refused is', () => {
  test.each([
    ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><a/>'],
    ['an external entity', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['an unknown entity', '<a>&b;</a>'],
    ['a name of every object', '<a>&toString;</a>'],
    ['a bare ampersand', '<a>b & c</a>'],
    ['CDATA', '<a><![CDATA[b]]></a>'],
    ['a comment', '<a><!-- b --></a>'],
    ['a processing instruction', '<a><?php b ?></a>'],
    ['a prefix', '<s3:a xmlns:s3="b"/>'],
    ['a tag that closes another', '<a><b></a></b>'],
    ['an end that is missing', '<a><b></b>'],
    ['something behind the end', '<a/><b/>'],
    ['text around it', 'x<a/>'],
    ['text between elements', '<a>x<b/></a>'],
    ['a surrogate', '<a>&#xD800;</a>'],
    ['no character', '<a>&#0;</a>'],
    ['a character beyond the last', '<a>&#x110000;</a>'],
    ['depth', `${'<a>'.repeat(20)}${'</a>'.repeat(20)}`],
    ['nothing', ''],
    ['a lone bracket', '<a><</a>'],
  ])('%s', (_, text) => {
    expect(() => read(text)).toThrow(S3Error)
  })

  test('what is not UTF-8', () => {
    expect(() => readXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]))).toThrow(S3Error)
  })

  test('a value that stands there twice', () => {
    expect(() => childText(read('<a><b>1</b><b>2</b></a>'), 'b')).toThrow(S3Error)
  })
})

test('any text either reads or is MalformedXML, in time that grows with its length', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('<', '>', '/', 'a', ' ', '="', "'", '&', ';', '#x', '<a>', '</a>')),
      (parts) => {
        try {
          read(parts.join(''))
        } catch (error) {
          expect(error).toMatchObject({ code: 'MalformedXML' })
        }
      },
    ),
  )
  const start = process.cpuUsage()
  for (const nasty of [
    `<a ${' '.repeat(200_000)}`,
    `<a${' b="c"'.repeat(50_000)}`,
    '<a>'.repeat(100_000),
    `<a>${'&'.repeat(200_000)}</a>`,
  ])
    expect(() => read(nasty)).toThrow(S3Error)
  // Of this process alone: others may want the machine too.
  expect(process.cpuUsage(start).user).toBeLessThan(3_000_000)
})
