using System.Text.Json;

namespace Sweep.Storage;

/// <summary>How the members of an enumeration are written in tables: <c>ValLoss</c> as <c>val_loss</c>.</summary>
internal static class StoredName
{
    public static string Of<T>(T value) where T : struct, Enum => Names<T>.ByValue[value];

    /// <exception cref="InvalidDataException">No member has this name.</exception>
    public static T Parse<T>(string name) where T : struct, Enum =>
        Names<T>.ByName.TryGetValue(name, out var value) ? value : throw new InvalidDataException(
            $"The database has a {typeof(T).Name} that this program does not know: "
            + $"found {name}, expected one of {string.Join(", ", Names<T>.ByName.Keys)}.");

    private static class Names<T> where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue = Enum.GetValues<T>()
            .ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));
        public static readonly Dictionary<string, T> ByName = ByValue.ToDictionary(pair => pair.Value, pair => pair.Key);
    }
}
