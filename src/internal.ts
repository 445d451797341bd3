export * from '../runtime/internal.ts'
