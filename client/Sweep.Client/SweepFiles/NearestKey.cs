using Sweep.Client.Errors;

namespace Sweep.Client.SweepFiles;

/// <summary>Finds the known key that is nearest to a misspelt one.</summary>
internal static class NearestKey
{
    /// <returns>The end of an error's sentence, with the nearest key, or with all keys when none is near.</returns>
    public static string Hint(string key, IReadOnlyCollection<string> known)
    {
        if (key.Length <= 100)
        {
            var (nearest, distance) = known
                .Select(candidate => (candidate, Distance: EditDistance.Between(key, candidate)))
                .MinBy(pair => pair.Distance);
            if (distance <= Math.Max(2, nearest.Length / 2))
                return $"the nearest known key is {nearest}";
        }

        return $"expected one of {string.Join(", ", known)}";
    }
}
