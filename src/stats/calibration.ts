const BINS = 15;

/**
 * Expected calibration error (Guo et al. 2017, arXiv 1706.04599, eq. 3): the mean gap between how sure a model is and how
 * often it is right, over 15 equal bins of confidence, in [0, 1]; 0 without answers.
 */
export function expectedCalibrationError(
  answers: readonly { readonly confidence: number; readonly isRight: boolean }[],
): number {
  const sums = new Float64Array(BINS);
  for (const { confidence, isRight } of answers) {
    const bin = Math.min(BINS - 1, Math.floor(confidence * BINS));
    sums[bin]! += Number(isRight) - confidence;
  }
  return answers.length === 0 ? 0 : sums.reduce((sum, gap) => sum + Math.abs(gap), 0) / answers.length;
}
