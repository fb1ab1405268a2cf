using Sweep.Client.Errors;

namespace Sweep.Client.SweepFiles;

/// <summary>The known key that a misspelt one was probably meant to be.</summary>
internal static class NearestKey
{
    /// <returns>The rest of the sentence: the nearest key, or all of them when none is near.</returns>
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
