/** 95 % interval of a share by Wilson's score (Wilson 1927, J. Am. Stat. Assoc. 22:209), as `a–b %`. */
export function interval(found: number, total: number): string {
  if (total === 0) return '–';
  const z = 1.959964;
  const p = found / total;
  const middle = p + (z * z) / (2 * total);
  const spread = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  const scale = 1 + (z * z) / total;
  return `${percent((middle - spread) / scale)}–${percent((middle + spread) / scale)} %`;
}

export function share(found: number, total: number): string {
  return total === 0 ? '–' : `${percent(found / total)} %`;
}

function percent(value: number): string {
  const shown = Math.max(0, Math.min(1, value)) * 100;
  return shown < 5 ? shown.toFixed(2) : shown.toFixed(1);
}
