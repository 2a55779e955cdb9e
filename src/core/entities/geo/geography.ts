/** Points on the earth, and how far apart they are. */
import { propertiesAt } from '../property-paths.ts';

/** Degrees, north and east positive. */
export interface Point {
  latitude: number;
  longitude: number;
}

export const meanEarthRadiusInMeters = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The great-circle distance on a sphere of the earth's mean radius (haversine): within 0.6 % of the true one. */
export function distanceInMeters(from: Point, to: Point): number {
  const northward = Math.sin(radians(to.latitude - from.latitude) / 2) ** 2;
  const eastward = Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  const chord = northward + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * eastward;
  return 2 * meanEarthRadiusInMeters * Math.asin(Math.min(1, Math.sqrt(Math.max(0, chord))));
}

/** Longitudes go round: 190 is the meridian of -170, as maps that scroll past the date line send it. */
export const isOnEarth = ({ latitude, longitude }: Point): boolean =>
  Math.abs(latitude) <= 90 && Math.abs(longitude) <= 360;

/**
 * The point that a stored value is: an object with numbers `latitude` and `longitude` (any case), and no other key
 * unless the property is called `location`. `path` is in lower case.
 */
export function pointOf(path: string, value: unknown): Point | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  let latitude: unknown;
  let longitude: unknown;
  const parts = Object.entries(value);
  for (const [name, part] of parts) {
    const key = name.toLowerCase();
    if (key === 'latitude') latitude = part;
    if (key === 'longitude') longitude = part;
  }
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined;
  const isLocation = path === 'location' || path.endsWith('.location');
  if (!isLocation && parts.length !== 2) return undefined;
  return isOnEarth({ latitude, longitude }) ? { latitude, longitude } : undefined;
}

/** Meters from the place to the nearest point that the entity has at the path, if it has one. */
export function distanceOf(
  entity: Record<string, unknown>,
  place: Point & { path: string },
): number | undefined {
  let nearest: number | undefined;
  for (const value of propertiesAt(entity, place.path)) {
    const point = pointOf(place.path, value);
    if (point) nearest = Math.min(nearest ?? Number.POSITIVE_INFINITY, distanceInMeters(place, point));
  }
  return nearest;
}
