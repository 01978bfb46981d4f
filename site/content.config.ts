import { defineCollection } from 'astro:content'
import { glob } from 'astro/loaders'
import { z } from 'astro/zod'
import { UNIT_IDS } from './course.ts'

const lessons = defineCollection({
  // The address is the path: content/en/udp/the-datagram-that-vanished.mdx is /en/udp/the-datagram-that-vanished/.
  loader: glob({
    base: './content',
    pattern: '{en,zh}/*/*.mdx',
    generateId: ({ entry }) => entry.replace(/\.mdx$/, ''),
  }),
  schema: z.strictObject({
    number: z.int().positive(),
    unit: z.enum(UNIT_IDS),
    title: z.string().min(1),
    /** One or two sentences below the title. */
    lead: z.string().min(1),
    minutes: z.int().positive(),
    /** What a reader will be able to do; each completes “You will be able to …”. */
    able: z.array(z.string()).min(1),
    /** What is good to know or to have read. */
    helps: z.array(z.string()).default([]),
    /** What must be there. */
    needs: z.array(z.string()).default([]),
    sources: z.array(z.strictObject({ title: z.string(), url: z.url().optional() })).default([]),
  }),
})

export const collections = { lessons }
