using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>The recurrent layers of a model, from the characters to the state after the last step.</summary>
internal interface IRecurrentStack : IDisposable
{
    /// <summary>The last layer's state after the last step, [batch, h], from zero states.</summary>
    /// <param name="characters">Character ids, int64 [length, batch].</param>
    /// <param name="drop">Drops a share of the states, [length · batch, h] or [length, batch, h], between two layers.</param>
    Tensor LastState(Tensor characters, Func<Tensor, Tensor> drop);
}
