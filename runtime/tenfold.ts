/** Whether a count is worth saying again: it is the first, or has got another digit since `before`. */
export const isTenfold = (before: number, count: number): boolean => before === 0 || String(count).length > String(before).length
