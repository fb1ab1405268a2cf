using System.Text.Json;

namespace Sweep;

/// <summary>
/// The parameters of a trial by their names in the sweep file. What stands beside a name is its value where Sweep gives none, as in a run
/// by hand, and says the type.
/// </summary>
public sealed class TrialParameters
{
    private readonly Dictionary<string, JsonElement> _values = [];

    internal TrialParameters(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var member in document.RootElement.EnumerateObject())
                _values[member.Name] = member.Value.Clone();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidOperationException($"SWEEP_PARAMETERS: found {json}; expected an object of JSON.", error);
        }
    }

    /// <summary>The names that the sweep file has, in its order.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>Whether the sweep file names it.</summary>
    public bool Contains(string name) => _values.ContainsKey(name);

    /// <summary>A whole number.</summary>
    /// <exception cref="InvalidOperationException">It has another type, or is too large for an <see cref="int"/>.</exception>
    public int Get(string name, int otherwise) =>
        Find(name) is not { } value ? otherwise
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : throw Wrong(name, value, "a whole number; for others give a double, such as 1.0, beside the name");

    /// <summary>A large whole number.</summary>
    /// <exception cref="InvalidOperationException">It has another type.</exception>
    public long Get(string name, long otherwise) =>
        Find(name) is not { } value ? otherwise
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number
        : throw Wrong(name, value, "a whole number");

    /// <summary>A number.</summary>
    /// <exception cref="InvalidOperationException">It is no number.</exception>
    public double Get(string name, double otherwise) =>
        Find(name) is not { } value ? otherwise
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : throw Wrong(name, value, "a number");

    /// <summary>True or false.</summary>
    /// <exception cref="InvalidOperationException">It is neither.</exception>
    public bool Get(string name, bool otherwise) =>
        Find(name) is not { } value ? otherwise
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(name, value, "true or false");

    /// <summary>A text. A value of another type is what JSON writes for it.</summary>
    public string Get(string name, string otherwise) => Find(name) is not { } value ? otherwise : value.ToString();

    private JsonElement? Find(string name) => _values.TryGetValue(name, out var value) ? value : null;

    private static InvalidOperationException Wrong(string name, JsonElement value, string expected) =>
        new($"parameters.{name}: found {value.GetRawText()}; expected {expected}.");
}
