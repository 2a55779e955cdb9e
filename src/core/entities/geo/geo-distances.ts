/** How far a cell is from a place: bounds that hold for each of its points. */
import { type Cell, degreesRound } from './geo-cells.ts';
import { distanceInMeters, meanEarthRadiusInMeters, type Point } from './geography.ts';

/** More than all that rounding can make of a distance: the haversine loses most near the opposite side of the earth. */
const toleranceInMeters = 1;
const halfwayRound = Math.PI * meanEarthRadiusInMeters;

/** No point of the cell is nearer. */
export const leastDistance = (place: Point, cell: Cell): number =>
  Math.max(0, distanceToCell(place, cell) - toleranceInMeters);

/** No point of the cell is farther: what is farthest from a place is nearest to the opposite one. */
export const greatestDistance = ({ latitude, longitude }: Point, cell: Cell): number =>
  halfwayRound -
  distanceToCell({ latitude: -latitude, longitude: longitude + 180 }, cell) +
  toleranceInMeters;

function distanceToCell({ latitude, longitude }: Point, { level, column, row }: Cell): number {
  const across = 2 ** level;
  const [south, north] = [(row / across) * 180 - 90, ((row + 1) / across) * 180 - 90];
  const eastward = degreesRound(longitude - ((column / across) * 360 - 180));
  const width = 360 / across;
  const nearestIn = (sought: number): number => Math.min(north, Math.max(south, sought));
  const from = { latitude, longitude: 0 };
  if (eastward <= width) return distanceInMeters(from, { latitude: nearestIn(latitude), longitude: 0 });
  // On every parallel the nearer one of the two edges is the nearest: the point sought is on that meridian.
  const aside = Math.min(eastward - width, 360 - eastward);
  return Math.min(
    ...[south, north, nearestIn(nearestLatitude(latitude, aside))].map((at) =>
      distanceInMeters(from, { latitude: at, longitude: aside }),
    ),
  );
}

/** Where the circle of a meridian, so many degrees aside, comes nearest: beyond a pole if it is more than 90. */
function nearestLatitude(latitude: number, aside: number): number {
  const [radians, asideRadians] = [latitude, aside].map((degrees) => (degrees * Math.PI) / 180) as [
    number,
    number,
  ];
  const nearest = Math.atan2(Math.sin(radians), Math.cos(radians) * Math.cos(asideRadians));
  return (nearest * 180) / Math.PI;
}
