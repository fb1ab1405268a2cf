using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Sweep.Fuzzing;

/// <summary>A valid input, or an empty one, and the changes that damage it.</summary>
/// <param name="Input">
/// Index of the input among the target's inputs; −1 for an empty one, so that the inserted pieces are the whole input.
/// </param>
public sealed record FuzzCase(FuzzTarget Target, int Input, IReadOnlyList<Damage> Damages)
{
    /// <summary>Largest size of a damaged input. Longer ones take time and find nothing more.</summary>
    private const int MaxBytes = 1 << 16;

    public byte[] Bytes
    {
        get
        {
            var bytes = Damages.Aggregate(
                Input < 0 ? [] : Target.Inputs[Input], (bytes, damage) => bytes.Length > MaxBytes ? bytes : damage.Do(bytes));
            return bytes.Length > MaxBytes ? bytes[..MaxBytes] : bytes;
        }
    }

    public static Arbitrary<FuzzCase> Any(FuzzTarget target)
    {
        var any = from input in Gen.Frequency((1, Gen.Constant(-1)), (6, Gen.Choose(0, target.Inputs.Count - 1)))
                  from count in Gen.Frequency((4, Gen.Choose(1, 3)), (2, Gen.Choose(4, 20)), (input < 0 ? 6 : 0, Gen.Choose(5, 60)))
                  from damages in Damage.Any(target.Scraps).ListOf(count)
                  select new FuzzCase(target, input, [.. damages]);
        return Arb.From(any, Smaller);
    }

    public override string ToString() =>
        $"{Target.Name}, input {Input}, {Damages.Count} damages, {Bytes.Length} bytes:\n{Shown}\n{Convert.ToBase64String(Bytes)}";

    private string Shown =>
        string.Concat(Encoding.UTF8.GetString(Bytes).Select(letter => char.IsControl(letter) && letter != '\n' ? '·' : letter));

    private static IEnumerable<FuzzCase> Smaller(FuzzCase whole) =>
        Enumerable.Range(0, whole.Damages.Count)
            .Select(left => whole with { Damages = [.. whole.Damages.Where((_, place) => place != left)] });
}
